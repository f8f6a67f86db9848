/**
 * What a Deployment says of itself: counts, whether enough is available, and whether a rollout gets on.
 * Source: kubernetes pkg/controller/deployment/progress.go, sync.go (calculateStatus) and util/deployment_util.go.
 */
import { readTime, timestamp } from '@muster/api/time.ts'
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import { add, type Duration, type Instant, seconds, since } from '@muster/base/clock.ts'
import { replicasOf } from './replica-set.ts'
import { availableMin, boundsOf } from './rolling.ts'

/** Conditions as a Deployment has them. */
export type Conditions = readonly DeploymentCondition[]

/** What a status is told from. */
export interface Rollout {
  readonly deployment: Deployment
  /** The conditions so far: those that the Deployment has, and what this look added. */
  readonly conditions: Conditions
  readonly sets: readonly ReplicaSet[]
  /** The one of them that has the template, if there is one. */
  readonly newSet?: ReplicaSet
  readonly now: Instant
}

/** What is true since now. */
interface NewCondition {
  readonly type: 'Progressing' | 'Available'
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

/** The counts, and whether enough is available. */
export function countedStatus({ deployment, conditions, sets, newSet, now }: Rollout): DeploymentStatus {
  const available = sum(sets, ({ status }) => status?.availableReplicas)
  const terminating = terminatingOf(sets)
  const isEnough = available >= availableMin(boundsOf(deployment))
  const availability: NewCondition = isEnough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(sets, ({ status }) => status?.replicas),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum(sets, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, replicasOf) - available),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    conditions: [...withCondition(conditions, availability, now)],
  }
}

/** As {@link countedStatus}, and whether the rollout gets on, and whether pods could not be made. */
export function rolloutStatus(rollout: Rollout): DeploymentStatus {
  const { deployment, sets, newSet } = rollout
  const status = countedStatus(rollout)
  const conditions = hasDeadline(deployment)
    ? withProgress(rollout, status)
    : without(status.conditions ?? [], 'Progressing')
  const [failure] = [newSet, ...sets].flatMap(
    (set) => set?.status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [],
  )
  if (!failure) return { ...status, conditions: [...without(conditions, 'ReplicaFailure')] }
  const lastUpdateTime = failure.lastTransitionTime ?? timestamp(rollout.now)
  return { ...status, conditions: [...put(conditions, { ...failure, lastUpdateTime })] }
}

/** True when all pods are of the new set and available, and no others are left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const { replicas } = boundsOf(deployment)
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

/** True when a rollout must get on within a time. The largest number means that it need not. */
export const hasDeadline = ({ spec }: Deployment): boolean =>
  spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== DEADLINE_NONE

/** What a pause, and its end, mean for the deadline: it begins anew. One that has passed has passed. */
export function pausedConditions(deployment: Deployment, now: Instant): Conditions {
  const conditions = deployment.status?.conditions ?? []
  const known = find(conditions, 'Progressing')
  if (!hasDeadline(deployment) || known?.reason === 'ProgressDeadlineExceeded') return conditions
  const isPaused = deployment.spec?.paused === true
  const wasPaused = known?.reason === 'DeploymentPaused'
  if (isPaused === wasPaused) return conditions
  const says = isPaused
    ? { reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { reason: 'DeploymentResumed', message: 'Deployment is resumed' }
  return withCondition(conditions, { type: 'Progressing', status: 'Unknown', ...says }, now)
}

/** Conditions with one about progress; those of a Deployment without a deadline as they are. */
export const withProgressing = (
  deployment: Deployment,
  conditions: Conditions,
  condition: Omit<NewCondition, 'type'>,
  now: Instant,
): Conditions =>
  hasDeadline(deployment) ? withCondition(conditions, { ...condition, type: 'Progressing' }, now) : conditions

/** True when a condition about progress is there. */
export const tellsOfProgress = (conditions: Conditions): boolean => find(conditions, 'Progressing') !== undefined

/** How long until the deadline has passed, and a second; undefined when there is none to wait for. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: Instant): Duration | undefined {
  const known = find(status.conditions ?? [], 'Progressing')
  if (!hasDeadline(deployment) || !known || known.reason === 'ProgressDeadlineExceeded') return undefined
  if (isComplete(deployment, status)) return undefined
  const deadline = deadlineOf(deployment, known)
  return deadline && (Math.max(seconds(1), since(now, deadline) + seconds(1)) as Duration)
}

const DEADLINE_NONE = 2 ** 31 - 1

function withProgress({ deployment, newSet, now }: Rollout, status: DeploymentStatus): Conditions {
  const conditions = status.conditions ?? []
  const known = find(conditions, 'Progressing')
  const isOver = status.replicas === status.updatedReplicas && known?.reason === 'NewReplicaSetAvailable'
  if (isOver) return conditions
  const who = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
  if (isComplete(deployment, status)) {
    const message = `${who} has successfully progressed.`
    return withCondition(conditions, { ...progressing('True', 'NewReplicaSetAvailable'), message }, now)
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const condition = stamped({ ...progressing('True', 'ReplicaSetUpdated'), message: `${who} is progressing.` }, now)
    // Each step counts: the deadline is measured from the last one.
    return [
      ...without(conditions, 'Progressing'),
      { ...condition, ...(known?.status === 'True' ? transitionOf(known) : {}) },
    ]
  }
  if (!known || !hasTimedOut(deployment, known, now)) return conditions
  const message = `${who} has timed out progressing.`
  return withCondition(conditions, { ...progressing('False', 'ProgressDeadlineExceeded'), message }, now)
}

const progressing = (status: 'True' | 'False', reason: string) => ({ type: 'Progressing' as const, status, reason })

/** True when pods were made, became ready or available, or old ones went. */
function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

function hasTimedOut(deployment: Deployment, known: DeploymentCondition, now: Instant): boolean {
  if (known.reason === 'NewReplicaSetAvailable') return false
  if (known.reason === 'ProgressDeadlineExceeded') return true
  const deadline = deadlineOf(deployment, known)
  return deadline === undefined || deadline < now
}

function deadlineOf({ spec }: Deployment, { lastUpdateTime }: DeploymentCondition): Instant | undefined {
  const reading = readTime(lastUpdateTime ?? '')
  return reading.read ? add(reading.at, seconds(spec?.progressDeadlineSeconds ?? 0)) : undefined
}

/** What each set counts by now; undefined when one of them was counted by somebody who does not count these. */
function terminatingOf(sets: readonly ReplicaSet[]): number | undefined {
  const counted = sets.filter(({ status }) => status?.observedGeneration || status?.terminatingReplicas !== undefined)
  return counted.every(({ status }) => status?.terminatingReplicas !== undefined)
    ? sum(counted, ({ status }) => status?.terminatingReplicas)
    : undefined
}

/** With what is true since now; see {@link put}. */
const withCondition = (conditions: Conditions, condition: NewCondition, now: Instant): Conditions =>
  put(conditions, stamped(condition, now))

const stamped = (condition: NewCondition, now: Instant): DeploymentCondition => ({
  ...condition,
  lastUpdateTime: timestamp(now),
  lastTransitionTime: timestamp(now),
})

/** With a condition, unless one of the same status and reason is there. What is new comes last, as in Kubernetes. */
function put(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const known = find(conditions, condition.type)
  if (known?.status !== condition.status) return [...without(conditions, condition.type), condition]
  if (known.reason === condition.reason) return conditions
  return [...without(conditions, condition.type), { ...condition, ...transitionOf(known) }]
}

const transitionOf = ({ lastTransitionTime }: DeploymentCondition) => (lastTransitionTime ? { lastTransitionTime } : {})

const find = (conditions: Conditions, type: string): DeploymentCondition | undefined =>
  conditions.find((condition) => condition.type === type)

const without = (conditions: Conditions, type: string): Conditions =>
  conditions.filter((condition) => condition.type !== type)

const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, set) => total + (count(set) ?? 0), 0)
