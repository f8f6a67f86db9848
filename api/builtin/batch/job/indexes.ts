/** Which indexes of a job are meant: `1,3-5,7`. Source: kubernetes pkg/apis/batch/validation validateIndexesFormat. */
import { goQuote } from '../../../go-text.ts'

/** First and last, both included. */
export type Interval = readonly [first: number, last: number]

/** The intervals of a text, or why it has none: they must rise, and lie below the number of completions. */
export function readIndexes(text: string, completions: number): readonly Interval[] | string {
  const intervals: Interval[] = []
  for (const part of text === '' ? [] : text.split(',')) {
    const interval = readInterval(part, completions)
    if (typeof interval === 'string') return interval
    const last = intervals.at(-1)?.[1]
    if (last !== undefined && last >= interval[0]) return notIncreasing(last, interval[0])
    intervals.push(interval)
  }
  return intervals
}

/** How many indexes intervals have together. */
export const countIndexes = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0)

/** The first index that is in both; undefined when none is. */
export function firstShared(some: readonly Interval[], others: readonly Interval[]): number | undefined {
  const shared = some.flatMap(([first, last]) =>
    others.filter(([begin, end]) => first <= end && begin <= last).map(([begin]) => Math.max(first, begin)),
  )
  return shared.length === 0 ? undefined : Math.min(...shared)
}

/** The intervals of a text that are ones. */
export const readableIndexes = (text: string, completions: number): readonly Interval[] =>
  text.split(',').flatMap((part) => {
    const interval = readInterval(part, completions)
    return typeof interval === 'string' ? [] : [interval]
  })

function readInterval(part: string, completions: number): Interval | string {
  const limits = part.split('-')
  if (limits.length > 2) {
    return `the fragment ${goQuote(part)} violates the requirement that an index interval can have at most two parts separated by '-'`
  }
  const numbers: number[] = []
  for (const limit of limits) {
    if (!/^[+-]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${goQuote(limit)}`
    if (Number(limit) >= completions) return `too large index: ${goQuote(limit)}`
    numbers.push(Number(limit))
  }
  const [first = 0, last] = numbers
  if (last !== undefined && first >= last) return notIncreasing(first, last)
  return [first, last ?? first]
}

const notIncreasing = (previous: number, current: number): string =>
  `non-increasing order, previous: ${previous}, current: ${current}`
