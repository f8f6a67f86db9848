/** A table as text: words to the left, numbers to the right, units under the names. */
import type { Cell, Column, Table } from './result.ts'

/** The title, the table and its notes, without a newline at the end. */
export function formatTable(table: Table): string {
  const lines = [
    table.columns.map(({ name }) => name),
    table.columns.map(({ unit }) => unit),
    ...table.rows.map((row) => table.columns.map((column) => formatCell(row[column.name], column))),
  ]
  const widths = table.columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)))
  const numeric = table.columns.map(({ name }) => table.rows.some((row) => typeof row[name] === 'number'))
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  const text = lines.map((line) =>
    line
      .map((cell, index) => (numeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  text.splice(2, 0, rule)
  return [table.title, '', ...text.filter((line) => line !== ''), '', ...table.notes.map((note) => `  ${note}`)].join(
    '\n',
  )
}

function formatCell(cell: Cell | undefined, { digits }: Column): string {
  if (cell === undefined) return '-'
  if (typeof cell === 'string') return cell
  const [whole = '', fraction] = cell.toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
