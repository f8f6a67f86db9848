/**
 * What is done to a whole cluster, as plain data: the same to Kubernetes, when it is recorded, and to Muster.
 *
 *     Scenario ── nodes   of its own: there are no others
 *              └─ Step ── deeds, then time until all is quiet, then a picture of every object
 */
import type { Json, JsonObject } from '../case.ts'

/** Steps in order, in a namespace of its own that has its name. */
export interface Scenario {
  /** Of its fixture and namespace too: `rolling-update`. */
  readonly name: string
  readonly nodes: readonly NodeDraft[]
  /**
   * True where there is only one right node for each pod. Otherwise the scheduler takes any of the best, so pictures
   * do not tell which.
   */
  readonly isPlacementTold?: boolean
  readonly steps: readonly ClusterStep[]
}

/** A node, whose machine only says that it runs pods. */
export interface NodeDraft {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly JsonObject[]
  /** Default 4. */
  readonly cpu?: string
  /** Default 8Gi. */
  readonly memory?: string
}

/** What is done, and how long it takes. */
export interface ClusterStep {
  readonly name: string
  readonly deeds: readonly Deed[]
  /** Time that must pass, where something waits for it. Without it, until nothing changes any more. */
  readonly seconds?: number
}

/** One request, or something that happens to a machine. Objects without a namespace are in the scenario's. */
export type Deed =
  | { readonly deed: 'create'; readonly object: JsonObject }
  /** A strategic patch; `on` is such as `deployments/web`. */
  | { readonly deed: 'patch'; readonly on: string; readonly patch: JsonObject }
  | { readonly deed: 'delete'; readonly on: string; readonly options?: JsonObject }
  | { readonly deed: 'evict'; readonly pod: string }
  /** As kubectl does: no new pods, and every pod of it is asked to go, one after the other. */
  | { readonly deed: 'drain'; readonly node: string }
  /** As kubectl does: the template of the revision before. */
  | { readonly deed: 'undo'; readonly deployment: string }
  /** The machine is heard of no more: no lease, no status, nothing ended. */
  | { readonly deed: 'silence'; readonly node: string }
  | { readonly deed: 'revive'; readonly node: string }
  /** Programs end by themselves: of the running pods of a job, those of these indexes, or so many. */
  | {
      readonly deed: 'end'
      readonly job: string
      readonly exitCode: number
      readonly indexes?: readonly number[]
      readonly pods?: number
    }
  /** Until the clock is at this second of a minute. */
  | { readonly deed: 'wait'; readonly second: number }

/** A scenario as a cluster played it. */
export interface Played {
  readonly scenario: string
  /** The version of Kubernetes, `v1.36.1`. */
  readonly kubernetes: string
  readonly steps: readonly PlayedStep[]
}

/** What a step came to. */
export interface PlayedStep {
  readonly name: string
  /** To each of its requests: the status, and the message when it was refused. */
  readonly answers: readonly string[]
  readonly objects: readonly Pictured[]
}

/** One object, without all that never repeats. */
export interface Pictured {
  readonly kind: string
  readonly name: string
  readonly object: Json
}
