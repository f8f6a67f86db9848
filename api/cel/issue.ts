/** What is wrong with the text of an expression, and where, in the words of cel-go. Source: cel-go common/error.go. */

/** One thing that is wrong. */
export interface Issue {
  /** In code points from the start of the text. */
  readonly offset: number
  readonly message: string
}

/** More are counted and not told. Source: cel-go common/errors.go. */
const TOLD_MAX = 100

/** All of them, each with its line and a mark below the place. */
export function sayIssues(text: string, issues: readonly Issue[]): string {
  const points = [...text]
  const said = issues
    .toSorted((one, other) => one.offset - other.offset)
    .slice(0, TOLD_MAX)
    .map((issue) => sayIssue(points, issue))
  if (issues.length > TOLD_MAX) said.push(`${issues.length - TOLD_MAX} more errors were truncated`)
  return said.join('\n')
}

function sayIssue(points: readonly string[], { offset, message }: Issue): string {
  if (offset < 0) return `ERROR: <input>:-1:0: ${message}`
  const before = points.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  const line = before.filter((point) => point === '\n').length + 1
  const end = points.indexOf('\n', start)
  const shown = points.slice(start, end < 0 ? undefined : end)
  const column = offset - start
  const dots = Array.from({ length: column }, (_none, at) => (isWide(shown[at]) ? '．' : '.')).join('')
  const place = `ERROR: <input>:${line}:${column + 1}: ${message}`
  return `${place}\n | ${shown.join('').replaceAll('\t', ' ')}\n | ${dots}${isWide(shown[column]) ? '＾' : '^'}`
}

const isWide = (point: string | undefined): boolean => point !== undefined && (point.codePointAt(0) ?? 0) > 0x7f
