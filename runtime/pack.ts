/** One capability of the platform, as the value that a control plane lists. */
import type { Kind } from '@muster/api/kind.ts'
import type { Controller } from './controller.ts'

/** The kinds that a capability adds, and the controllers that keep them true. */
export interface Pack<Deps = unknown> {
  readonly name: string
  readonly kinds: readonly Kind[]
  readonly controllers: readonly Controller<Deps>[]
}
