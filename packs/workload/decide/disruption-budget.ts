/**
 * How many pods of a budget may go. Pure.
 *
 *     minAvailable: 2        pods that there are       2 must be healthy
 *     minAvailable: 50%      pods that owners want     half of them, rounded up, must be healthy
 *     maxUnavailable: ...    pods that owners want     all but so many, a share rounded up, must be healthy
 *
 * Source: kubernetes pkg/controller/disruption, component-helpers apps/poddisruptionbudget.
 */
import { setCondition } from '@muster/api/conditions.ts'
import { scaleIntOrPercent } from '@muster/api/int-or-string.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { readTime, timestamp } from '@muster/api/time.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '@muster/api/types/policy-v1.ts'
import { add, type Duration, type Instant, minutes, since } from '@muster/base/clock.ts'
import { isPodReady } from '../pods.ts'

/** How long an evicted pod counts as gone before its deletion is seen. Source: kubernetes DeletionTimeout. */
export const DELETION_TIMEOUT: Duration = minutes(2)

/** What a look at a budget sees. */
export interface BudgetSight {
  readonly budget: PodDisruptionBudget
  /** Those that it chooses. */
  readonly pods: readonly Pod[]
  /** How many pods all owners of them want; what it is does not matter unless {@link countsOwners}. */
  readonly wanted: number
  readonly now: Instant
}

/** What it comes to. */
export interface BudgetDecision {
  /** The status to be; undefined when it says so already. */
  readonly status?: PodDisruptionBudgetStatus
  /** Evicted long ago, and still here: they count again. */
  readonly undeleted: readonly Pod[]
  /** When the next of the evicted would count again. */
  readonly lookAgainAfter?: Duration
}

/** True when the budget is a share of what owners want, so that their scale has to be asked for. */
export const countsOwners = ({ spec = {} }: PodDisruptionBudget): boolean =>
  spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string'

/** Decides. Throws BadRequest for a share that is none. */
export function decideBudget(sight: BudgetSight): BudgetDecision {
  const { budget, pods, now } = sight
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const evicted = staying.flatMap((pod) => {
    const at = evictedAt(budget, pod)
    return at === undefined ? [] : [{ pod, at, left: since(now, add(at, DELETION_TIMEOUT)) }]
  })
  const awaited = evicted.filter(({ left }) => left >= 0)
  const counted = new Set(awaited.filter(({ left }) => left > 0).map(({ pod }) => pod))
  const { expectedPods, desiredHealthy } = demandOf(sight)
  const currentHealthy = staying.filter((pod) => !counted.has(pod) && isPodReady(pod)).length
  // With no pods expected nothing is allowed, so that the first pods are safe until they are counted.
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy)
  const observedGeneration = budget.metadata.generation ?? 0
  const said = {
    type: 'DisruptionAllowed',
    ...(disruptionsAllowed > 0
      ? ({ status: 'True', reason: 'SufficientPods' } as const)
      : ({ status: 'False', reason: 'InsufficientPods' } as const)),
    message: '',
    observedGeneration,
  }
  const status: PodDisruptionBudgetStatus = {
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed,
    disruptedPods: Object.fromEntries(awaited.map(({ pod, at }) => [pod.metadata.name ?? '', timestamp(at)])),
    observedGeneration,
    conditions: [...setCondition(budget.status?.conditions, said, timestamp(now))],
  }
  const waits = awaited.map(({ left }) => left)
  return {
    ...(sameMeaning(status, { ...NOTHING_COUNTED, ...budget.status }) ? {} : { status }),
    undeleted: evicted.filter(({ left }) => left < 0).map(({ pod }) => pod),
    // One more millisecond, so that its time is over then.
    ...(waits.length === 0 ? {} : { lookAgainAfter: (Math.min(...waits) + 1) as Duration }),
  }
}

/** The status of a budget that could not be counted: nothing may go. Undefined when it says so already. */
export function closedStatus(
  { status = {} }: PodDisruptionBudget,
  why: string,
  now: Instant,
): PodDisruptionBudgetStatus | undefined {
  const { observedGeneration = 0, conditions } = status
  const said = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'SyncFailed',
    message: why,
    observedGeneration,
  } as const
  const closed = setCondition(conditions, said, timestamp(now))
  if ((status.disruptionsAllowed ?? 0) === 0 && closed === conditions) return undefined
  return { disruptionsAllowed: 0, conditions: [...closed] }
}

const NOTHING_COUNTED: PodDisruptionBudgetStatus = {
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
  disruptionsAllowed: 0,
  observedGeneration: 0,
}

function demandOf({ budget: { spec = {} }, pods, wanted }: BudgetSight) {
  const { minAvailable, maxUnavailable } = spec
  if (maxUnavailable !== undefined) {
    return {
      expectedPods: wanted,
      desiredHealthy: Math.max(0, wanted - scaleIntOrPercent(maxUnavailable, wanted, 'up')),
    }
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 }
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable }
  return { expectedPods: wanted, desiredHealthy: scaleIntOrPercent(minAvailable, wanted, 'up') }
}

function evictedAt({ status }: PodDisruptionBudget, { metadata }: Pod): Instant | undefined {
  const reading = readTime(status?.disruptedPods?.[metadata.name ?? ''] ?? '')
  return reading.read ? reading.at : undefined
}
