/**
 * Objects as rows of a table, which is what `kubectl get` prints; and objects as their metadata alone.
 * Source: meta/v1 Table, PartialObjectMetadata; apiserver pkg/endpoints/handlers/response.go.
 */
import type { Instant } from '@muster/base/clock.ts'
import type { Cell, Column } from './columns.ts'
import type { KubeObject, ObjectMeta } from './object.ts'

/** How much of each object goes with its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** One column, as the table says it. */
export type ColumnDefinition = Omit<Column, 'cell' | 'format' | 'isUnnamed'> & { readonly format: string }

/** One row. */
export interface TableRow {
  readonly cells: readonly Cell[]
  /** Null when it was not asked for. */
  readonly object: object | null
}

/** What the columns are. */
export const tableHead = (columns: readonly Column[]): ColumnDefinition[] =>
  columns
    .filter(({ isUnnamed }) => !isUnnamed)
    .map(({ name, type, format = '', description, priority }) => ({ name, type, format, description, priority }))

/** The row of an object. `apiVersion` is that of the table, and of the metadata in it. */
export function tableRow(
  columns: readonly Column[],
  object: KubeObject,
  {
    includeObject,
    now,
    apiVersion,
  }: { readonly includeObject: IncludeObject; readonly now: Instant; readonly apiVersion: string },
): TableRow {
  const cells = columns.map((column) => column.cell(object, now))
  switch (includeObject) {
    case 'None':
      return { cells, object: null }
    case 'Metadata':
      return { cells, object: partialMetadata(object, apiVersion) }
    case 'Object':
      return { cells, object }
    default:
      return includeObject satisfies never
  }
}

/** The metadata of an object, as an object of its own. */
export const partialMetadata = (
  { metadata }: KubeObject,
  apiVersion: string,
): { kind: string; apiVersion: string; metadata: ObjectMeta } => ({
  kind: 'PartialObjectMetadata',
  apiVersion,
  metadata,
})
