/** What a bench gives back: tables of plain numbers, which main.ts prints for people and writes as JSON. */

export interface Column {
  readonly name: string
  /** Printed under the name; empty for words and plain counts. */
  readonly unit: string
  /** Digits after the point, in print only: JSON keeps the number as measured. */
  readonly digits: number
}

/** A word or a number, never a number as text. */
export type Cell = string | number

/** One line of a table, by column name. A column that has no cell is printed as a dash. */
export type Row = Readonly<Record<string, Cell>>

/** What one bench found. */
export interface Table {
  readonly title: string
  readonly columns: readonly Column[]
  /** Medians over the runs where there were several. */
  readonly rows: readonly Row[]
  /** Every single run behind the rows, for JSON only. */
  readonly runs?: readonly Row[]
  /** What a reader must know before believing a figure. */
  readonly notes: readonly string[]
}

/** A column of words. */
export const words = (name: string): Column => ({ name, unit: '', digits: 0 })

/** A column of numbers in a unit. */
export const figure = (name: string, unit: string, digits = 0): Column => ({ name, unit, digits })
