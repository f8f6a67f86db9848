/** Tables for people: columns as wide as they need to be, the last one cut where the screen ends. */
import { shorten, widthOf } from './width.ts'

const GAP = 3

/** The least room that the last column is given, however narrow the screen. */
const LAST_COLUMN_MIN = 20

/** Lines of a table with its head; only the last column is ever cut, so that keys and names stay whole. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): readonly string[] {
  const widths = head.map((title, column) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ''))))
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0)
  const last = head.length - 1
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === last
          ? shorten(cell, Math.max(LAST_COLUMN_MIN, columns - before))
          : cell + ' '.repeat((widths[column] ?? 0) + GAP - widthOf(cell)),
      )
      .join('')
      .trimEnd(),
  )
}
