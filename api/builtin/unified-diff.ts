/** What changed between two texts, as `diff -u` shows it without file names. Source: apimachinery pkg/util/diff. */

/** How many unchanged lines are shown around a change. */
const CONTEXT_LINES = 3
/** Comparing takes the product of both lengths: beyond this, only the ends that are the same are found. */
const LINES_MAX = 2000

/** Two values as JSON with one space for each level, and the lines in which they differ; empty when they do not. */
export function diffValues(before: unknown, after: unknown): string {
  const edits = compareLines(toLines(before), toLines(after))
  return hunksOf(edits).map(sayHunk).join('')
}

const toLines = (value: unknown): string[] => JSON.stringify(value, null, 1).split('\n')

/** One line of both texts, of the first, or of the second. */
interface Edit {
  readonly mark: ' ' | '-' | '+'
  readonly line: string
  /** How many lines of the first and of the second text come before. */
  readonly at: readonly [first: number, second: number]
}

function compareLines(first: readonly string[], second: readonly string[]): Edit[] {
  const edits: Edit[] = []
  const common = commonLengths(first, second)
  let [at, other] = [0, 0]
  const push = (mark: Edit['mark'], line: string | undefined) => {
    edits.push({ mark, line: line ?? '', at: [at, other] })
    if (mark !== '+') at++
    if (mark !== '-') other++
  }
  while (at < first.length || other < second.length) {
    if (at < first.length && first[at] === second[other]) push(' ', first[at])
    else if (at < first.length && common(at + 1, other) >= common(at, other + 1)) push('-', first[at])
    else if (other < second.length) push('+', second[other])
    else push('-', first[at])
  }
  return edits
}

/** How many lines are common to the ends of both texts, from given lines on. */
function commonLengths(first: readonly string[], second: readonly string[]): (at: number, other: number) => number {
  if (first.length > LINES_MAX || second.length > LINES_MAX) return () => 0
  const width = second.length + 1
  const lengths = new Uint16Array((first.length + 1) * width)
  const lengthAt = (at: number, other: number) => lengths[at * width + other] ?? 0
  for (let at = first.length - 1; at >= 0; at--) {
    for (let other = second.length - 1; other >= 0; other--) {
      lengths[at * width + other] =
        first[at] === second[other]
          ? lengthAt(at + 1, other + 1) + 1
          : Math.max(lengthAt(at + 1, other), lengthAt(at, other + 1))
    }
  }
  return (at, other) => (at > first.length || other > second.length ? 0 : lengthAt(at, other))
}

/** Changes with what is around them; those whose surroundings touch are one. */
function hunksOf(edits: readonly Edit[]): Edit[][] {
  const hunks: Edit[][] = []
  let end = -1
  for (const [at, { mark }] of edits.entries()) {
    if (mark === ' ') continue
    const start = Math.max(at - CONTEXT_LINES, end)
    const stop = Math.min(at + CONTEXT_LINES + 1, edits.length)
    if (start > end || hunks.length === 0) hunks.push(edits.slice(Math.max(start, 0), stop))
    else hunks.at(-1)?.push(...edits.slice(end, stop))
    end = stop
  }
  return hunks
}

function sayHunk(hunk: readonly Edit[]): string {
  const [head] = hunk
  const spanOf = (side: 0 | 1, other: Edit['mark']) => {
    const count = hunk.filter(({ mark }) => mark !== other).length
    const before = head?.at[side] ?? 0
    if (count === 1) return `${before + 1}`
    return `${count === 0 ? before : before + 1},${count}`
  }
  const lines = hunk.map(({ mark, line }) => `${mark}${line}\n`)
  return `@@ -${spanOf(0, '+')} +${spanOf(1, '-')} @@\n${lines.join('')}`
}
