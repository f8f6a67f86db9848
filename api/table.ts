/**
 * Objects as rows of a table, which is what `kubectl get` prints; and objects as their metadata alone.
 * Source: meta/v1 Table, PartialObjectMetadata; apiserver pkg/endpoints/handlers/response.go.
 */
import type { Instant } from '@muster/base/clock.ts'
import type { Cell, Column, RowCondition } from './columns.ts'
import type { KubeObject, ObjectMeta } from './object.ts'

/** How much of each object goes with its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** One column, as the table says it. */
export type ColumnDefinition = Omit<Column, 'cell' | 'format' | 'isUnnamed'> & { readonly format: string }

/** One row. */
export interface TableRow {
  readonly cells: readonly Cell[]
  /** Absent when there are none. */
  readonly conditions?: readonly RowCondition[]
  /** Null when it was not asked for. */
  readonly object: object | null
}

/** What the columns are. */
export const tableHead = (columns: readonly Column[]): ColumnDefinition[] =>
  columns
    .filter(({ isUnnamed }) => !isUnnamed)
    .map(({ name, type, format = '', description, priority }) => ({ name, type, format, description, priority }))

/** How objects of one version become rows. */
export interface Rows {
  readonly columns: readonly Column[]
  rowConditions?(object: KubeObject): readonly RowCondition[]
  /** What the metadata of an object leaves out. */
  readonly convertedAnnotations?: readonly string[]
}

/** The row of an object. `apiVersion` is that of the table, and of the metadata in it. */
export function tableRow(
  rows: Rows,
  object: KubeObject,
  {
    includeObject,
    now,
    apiVersion,
  }: { readonly includeObject: IncludeObject; readonly now: Instant; readonly apiVersion: string },
): TableRow {
  const cells = rows.columns.map((column) => column.cell(object, now))
  const conditions = rows.rowConditions?.(object) ?? []
  const row = conditions.length > 0 ? { cells, conditions } : { cells }
  switch (includeObject) {
    case 'None':
      return { ...row, object: null }
    case 'Metadata':
      return { ...row, object: partialMetadata(object, apiVersion, rows) }
    case 'Object':
      return { ...row, object }
    default:
      return includeObject satisfies never
  }
}

/** The metadata of an object, as an object of its own. */
export const partialMetadata = (
  { metadata }: KubeObject,
  apiVersion: string,
  { convertedAnnotations }: Pick<Rows, 'convertedAnnotations'> = {},
): { kind: string; apiVersion: string; metadata: ObjectMeta } => ({
  kind: 'PartialObjectMetadata',
  apiVersion,
  metadata: convertedAnnotations ? withoutAnnotations(metadata, convertedAnnotations) : metadata,
})

function withoutAnnotations({ annotations = {}, ...rest }: ObjectMeta, names: readonly string[]): ObjectMeta {
  const kept = Object.entries(annotations).filter(([name]) => !names.includes(name))
  return kept.length > 0 ? { ...rest, annotations: Object.fromEntries(kept) } : rest
}
