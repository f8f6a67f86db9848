/** The way to webhooks, and what they are told of a request besides what every step sees of it. */
import type { Caller } from '@muster/api/caller.ts'
import type { GroupVersionResource } from '../match-rules.ts'
import type { ObjectForm } from '../object-form.ts'
import type { HookIndex } from './hooks.ts'
import type { Conditions } from './match.ts'
import type { HookMetrics } from './metrics.ts'

/** The way to the webhooks of one logical cluster. */
export interface HookAccess {
  readonly hooks: HookIndex
  readonly call: Caller
  /** Where a service answers. Throws why it cannot be reached. */
  readonly resolve: (namespace: string, name: string, port: number) => Promise<{ host: string; port: number }>
  /** Absent: what has conditions fails. */
  readonly conditions?: Conditions
  readonly metrics: HookMetrics
  readonly newId: () => string
}

/** The same for one request. */
export interface RequestHooks extends HookAccess {
  /** As the client gave them: CreateOptions, UpdateOptions or DeleteOptions. */
  readonly options: object
  /** How the objects look under a name and version by which they can be had. */
  readonly formOf: (resource: GroupVersionResource) => ObjectForm
}
