/** What the tables of built-in kinds share. Source: kubernetes pkg/printers/internalversion/printers.go. */
import { type Column, NAME_AND_CREATED_AT } from '../columns.ts'
import { humanDuration } from '../duration.ts'
import type { KubeObject } from '../object.ts'

/** How long ago a time was, in a few letters: `3d2h`; `<unknown>` when there is none. `now` is in milliseconds. */
export const since = (time: string | null | undefined, now: number): string =>
  time ? humanDuration(now - Date.parse(time)) : '<unknown>'

/** How old an object is, in a few letters: `3d2h`. */
export const AGE_COLUMN: Column = {
  name: 'Age',
  type: 'string',
  description: NAME_AND_CREATED_AT[1]?.description ?? '',
  priority: 0,
  cell: ({ metadata }, now) => since(metadata.creationTimestamp, now),
}

/** What a column may have besides its name and its words. */
export type ColumnOptions = Partial<Pick<Column, 'type' | 'format' | 'priority'>>

/** A column of text that is always shown, unless options say otherwise. */
export const column = <T extends KubeObject>(
  name: string,
  description: string,
  cell: Column<T>['cell'],
  options: ColumnOptions = {},
): Column<T> => ({ name, type: 'string', description, priority: 0, cell, ...options })
