/** Conditions of pods that say that a pod is sent away. Pure. Source: kubernetes pkg/api/v1/pod/util.go, pkg/controller/disruption. */
import { readTime, timestamp } from '@muster/api/time.ts'
import type { Pod, PodCondition } from '@muster/api/types/core-v1.ts'
import { add, type Duration, type Instant, minutes, since } from '@muster/base/clock.ts'
import { isPodTerminal } from '../pods.ts'

/** How long a pod may be said to be sent away without being deleted. Source: kubernetes stalePodDisruptionTimeout. */
export const STALE_AFTER: Duration = minutes(2)

/** Whether a pod is to be sent away, and why. */
export type Target = { readonly status: 'True'; reason: string; message: string } | { readonly status: 'False' }

/** The condition to be, for a patch that merges by type: what was said before and is not said again goes. */
export function disruptionTarget({ metadata, status }: Pod, target: Target, now: Instant) {
  const old = conditionOf(status?.conditions)
  const { generation } = metadata
  return {
    reason: null,
    message: null,
    ...target,
    type: 'DisruptionTarget',
    lastTransitionTime: old?.status === target.status ? old.lastTransitionTime : timestamp(now),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  }
}

/**
 * How long until what is said of a pod is stale: it was to be sent away and never was. Undefined when nothing of it can
 * be: a node that ends a pod may take its time, and a pod that is going or has ended was sent away.
 */
export function untilStale(pod: Pod, now: Instant): Duration | undefined {
  const condition = conditionOf(pod.status?.conditions)
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined
  const reading = readTime(condition.lastTransitionTime ?? '')
  return reading.read ? (Math.max(0, since(now, add(reading.at, STALE_AFTER))) as Duration) : (0 as Duration)
}

const conditionOf = (conditions: readonly PodCondition[] = []): PodCondition | undefined =>
  conditions.find(({ type }) => type === 'DisruptionTarget')
