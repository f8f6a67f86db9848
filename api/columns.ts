/**
 * The columns of `kubectl get`: what the server prints for a kind, as a meta/v1 Table.
 * Source: apimachinery meta/v1 TableColumnDefinition; kubernetes pkg/printers/internalversion for built-in kinds.
 */
import type { KubeObject } from './object.ts'

/** What a cell holds; kubectl prints null as `<none>` only where the server says so itself. */
export type Cell = string | number | boolean | null

/** One column, and how its cell is made from an object of that version. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description: string
  /** 0 is always shown; above it, only with `-o wide`. */
  readonly priority: number
  /** `now` is in milliseconds since the epoch; an age is counted to it. */
  readonly cell: (object: KubeObject, now: number) => Cell
}
