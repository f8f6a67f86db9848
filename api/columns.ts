/**
 * The columns of `kubectl get`: what the server prints for a kind, as a meta/v1 Table.
 * Source: apimachinery meta/v1 TableColumnDefinition; kubernetes pkg/printers/internalversion for built-in kinds.
 */
import type { KubeObject } from './object.ts'

/** What a cell holds; kubectl prints null as `<none>` only where the server says so itself. */
export type Cell = string | number | boolean | null

/** One column, and how its cell is made from an object of that version. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description: string
  /** 0 is always shown; above it, only with `-o wide`. */
  readonly priority: number
  /** Rows have its cell, and the head of the table says nothing of it: IPAddress in Kubernetes has one such. */
  readonly isUnnamed?: true
  /** `now` is in milliseconds since the epoch; an age is counted to it. */
  cell(object: T, now: number): Cell
}

/** What a row says besides its cells. Source: meta/v1 TableRowCondition. */
export interface RowCondition {
  readonly type: 'Completed'
  readonly status: 'True'
  readonly reason: string
  readonly message: string
}

/** The first column of every table. */
export const NAME_COLUMN: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
  cell: ({ metadata }) => metadata.name ?? '',
}

/** What a kind shows that says nothing else. Source: apiserver pkg/registry/rest/table.go. */
export const NAME_AND_CREATED_AT: readonly Column[] = [
  NAME_COLUMN,
  {
    name: 'Created At',
    type: 'date',
    description:
      'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
    priority: 0,
    cell: ({ metadata }) => metadata.creationTimestamp ?? null,
  },
]
