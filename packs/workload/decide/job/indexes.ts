/** Sets of indexes, as a job's status writes them: `1,3-5,7`. Source: kubernetes pkg/controller/job/indexed_job_utils.go. */
import { countIndexes, type Interval } from '@muster/api/builtin/batch/job/indexes.ts'

/** Intervals that rise and do not touch. */
export type Indexes = readonly Interval[]

/** None. */
export const NO_INDEXES: Indexes = []

/** The indexes of a text that lie below the number of completions; what cannot be read is passed over. */
export function readIndexSet(text: string, completions: number): Indexes {
  const intervals = text.split(',').flatMap((part): Interval[] => {
    const [, low, high] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (low === undefined) return []
    const [first, last] = [Number(low), Math.min(Number(high ?? low), completions - 1)]
    return first <= last ? [[first, last]] : []
  })
  return union(intervals, [])
}

/** A set of single indexes. */
export const indexSet = (indexes: Iterable<number>): Indexes =>
  union(
    [...indexes].map((index): Interval => [index, index]),
    [],
  )

/** The indexes of both. */
export function union(some: Indexes, others: Indexes): Indexes {
  const merged: [first: number, last: number][] = []
  for (const [first, last] of [...some, ...others].sort(([one], [other]) => one - other)) {
    const before = merged.at(-1)
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else merged.push([first, last])
  }
  return merged
}

/** How many there are. */
export const total: (indexes: Indexes) => number = countIndexes

/** True when an index is one of them. */
export const has = (indexes: Indexes, index: number): boolean =>
  indexes.some(([first, last]) => first <= index && index <= last)

/** How many are in both. */
export const totalShared = (some: Indexes, others: Indexes): number =>
  some
    .flatMap(([first, last]) => others.map(([begin, end]) => Math.min(last, end) - Math.max(first, begin) + 1))
    .reduce((sum, shared) => sum + Math.max(0, shared), 0)

/** The lowest so many indexes below `completions` that are not among them. */
export function firstMissing(indexes: Indexes, count: number, completions: number): readonly number[] {
  const missing: number[] = []
  let candidate = 0
  for (const [first, last] of [...indexes, [completions, completions] as const]) {
    for (; candidate < Math.min(first, completions) && missing.length < count; candidate++) missing.push(candidate)
    candidate = Math.max(candidate, last + 1)
  }
  return missing
}

/** As a status writes them: two neighbours are no range. */
export const writeIndexes = (indexes: Indexes): string =>
  indexes
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',')
