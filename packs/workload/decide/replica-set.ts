/**
 * How many pods a ReplicaSet or a ReplicationController makes or deletes, and what its status is.
 * Source: kubernetes pkg/controller/replicaset.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { ReplicaSetStatus } from '@muster/api/types/apps-v1.ts'
import type { Pod, PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { isPodAvailable, isPodReady } from '../pods.ts'
import { chooseVictims } from './victims.ts'

/** What a ReplicaSet and a ReplicationController have in common. */
export interface Replicating extends KubeObject {
  spec?: { readonly replicas?: number; readonly minReadySeconds?: number; readonly template?: PodTemplateSpec }
  status?: ReplicaSetStatus
}

/** Pods made or deleted in one look. Source: kubernetes replicaset BurstReplicas. */
export const BURST = 500

/** What to do about the pods. */
export type ReplicaStep =
  | { readonly do: 'create'; readonly count: number }
  | { readonly do: 'delete'; readonly pods: readonly Pod[] }
  | { readonly do: 'nothing' }

/** How many pods it is to have. */
export const replicasOf = ({ spec }: Replicating): number => spec?.replicas ?? 1

/**
 * Decides what to do about the pods that are active. `related`: those of all sets of the same owner, by which it is told
 * how many are on one node.
 */
export function decideReplicas(
  set: Replicating,
  active: readonly Pod[],
  related: readonly Pod[],
  now: Instant,
): ReplicaStep {
  if (set.metadata.deletionTimestamp !== undefined) return { do: 'nothing' }
  const surplus = active.length - replicasOf(set)
  if (surplus < 0) return { do: 'create', count: Math.min(-surplus, BURST) }
  if (surplus === 0) return { do: 'nothing' }
  return { do: 'delete', pods: chooseVictims(active, related, Math.min(surplus, BURST), now) }
}

/** What was counted, and what went wrong when it was acted on. */
export interface ReplicaCount {
  readonly active: readonly Pod[]
  /** Those on their way out; undefined where they are not counted: those of a ReplicationController. */
  readonly terminating?: readonly Pod[]
  /** Why pods could not be made or deleted. */
  readonly failure?: string
  readonly now: Instant
}

/** The status of what was counted before it was acted on. */
export function replicaStatus(set: Replicating, { active, terminating, failure, now }: ReplicaCount): ReplicaSetStatus {
  const labels = Object.entries(set.spec?.template?.metadata?.labels ?? {})
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) =>
      labels.every(([key, value]) => metadata.labels?.[key] === value),
    ).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    ...(terminating ? { terminatingReplicas: terminating.length } : {}),
    observedGeneration: set.metadata.generation ?? 0,
    conditions: conditionsOf(set, active.length, failure, now),
  }
}

/** The first failure is told of until there is none. */
function conditionsOf(set: Replicating, active: number, failure: string | undefined, now: Instant) {
  const conditions = set.status?.conditions ?? []
  const isKnown = conditions.some(({ type }) => type === 'ReplicaFailure')
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure')
  if (isKnown) return conditions
  const reason = active < replicasOf(set) ? 'FailedCreate' : 'FailedDelete'
  const lastTransitionTime = timestamp(now)
  return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime, reason, message: failure }]
}
