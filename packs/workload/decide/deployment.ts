/**
 * What to do about the ReplicaSets of a Deployment, and what its status is.
 *
 *     paused, or scaled in the middle ──► each set keeps its share          nothing else moves
 *     RollingUpdate                   ──► the new set grows, or else the old ones shrink
 *     Recreate                        ──► the old ones go, and when they are gone the new one comes
 *
 * Source: kubernetes pkg/controller/deployment.
 */
import type { Deployment, DeploymentStatus, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Duration, Instant } from '@muster/base/clock.ts'
import { isPodTerminal } from '../pods.ts'
import {
  type DeploymentSets,
  type DeploymentStep,
  isActive,
  isScaled,
  resized,
  scaleSteps,
  sizeOfAll,
} from './deployment-scaling.ts'
import {
  byRevision,
  newReplicaSet,
  newSetAnnotations,
  nextRevision,
  oldestFirst,
  REVISION,
  setOfTemplate,
} from './deployment-sets.ts'
import {
  type Conditions,
  countedStatus,
  isComplete,
  pausedConditions,
  rolloutStatus,
  tellsOfProgress,
  untilDeadline,
  withProgressing,
} from './deployment-status.ts'
import { replicasOf } from './replica-set.ts'
import { boundsOf, grownSize, shrunkSizes } from './rolling.ts'

/** What is known of a Deployment. */
export interface DeploymentView {
  readonly deployment: Deployment
  /** Those that it manages. */
  readonly sets: readonly ReplicaSet[]
  podsOf(set: ReplicaSet): readonly Pod[]
  readonly now: Instant
}

/** What to do. */
export interface DeploymentDecision {
  /** In this order; none after one that fails. */
  readonly steps: readonly DeploymentStep[]
  readonly status: DeploymentStatus
  /** Annotations of the Deployment itself. */
  readonly annotations: Readonly<Record<string, string>>
  /** When a rollout that does not get on is late. */
  readonly lookAfter?: Duration
}

/** A Deployment that is looked at. */
interface Look extends DeploymentView, DeploymentSets {
  readonly conditions: Conditions
}

/** Decides what to do about a Deployment. */
export function decideDeployment(view: DeploymentView): DeploymentDecision {
  const { deployment, sets, now } = view
  const newSet = setOfTemplate(sets, deployment.spec?.template ?? {})
  const oldSets = oldestFirst(sets).filter((set) => set !== newSet)
  const look: Look = {
    ...view,
    oldSets,
    conditions: deployment.status?.conditions ?? [],
    ...(newSet ? { newSet } : {}),
  }
  if (deployment.metadata.deletionTimestamp !== undefined) {
    return { steps: [], status: countedStatus(look), annotations: {} }
  }

  const conditions = conditionsOf(look, pausedConditions(deployment, now))
  const current = { ...look, conditions }
  if (deployment.spec?.paused) {
    const scaled = scaleSteps(current)
    const surplus = surplusSteps(current).filter(({ set }) => !scaled.some((step) => step.set === set))
    return counted(current, [...scaled, ...surplus])
  }
  // What need not be scaled holds nothing up, though its annotations are of another day.
  const scaled = isScaled(current) ? scaleSteps(current) : []
  if (scaled.length > 0) return counted(current, scaled)
  return deployment.spec?.strategy?.type === 'Recreate' ? recreate(current) : roll(current)
}

/** An old set whose template came back may be from before there was a deadline. */
function conditionsOf({ deployment, newSet, now }: Look, conditions: Conditions): Conditions {
  if (!newSet || tellsOfProgress(conditions)) return conditions
  const message = `Found new replica set "${newSet.metadata.name}"`
  return withProgressing(deployment, conditions, { status: 'True', reason: 'FoundNewReplicaSet', message }, now)
}

function roll(look: Look): DeploymentDecision {
  const bounds = boundsOf(look.deployment)
  const others = sizeOfAll(look.oldSets)
  if (!look.newSet) {
    const made = withNewSet(look, grownSize(bounds, 0, others))
    return rolled(made, [{ do: 'create', set: made.newSet }, ...shrinkSteps(look, made.newSet)])
  }
  const grown = resized(look, look.newSet, grownSize(bounds, replicasOf(look.newSet), others))
  if (grown.length > 0) return rolled(look, grown)
  const shrunk = shrinkSteps(look, look.newSet)
  return rolled(look, shrunk.length > 0 ? shrunk : finalSteps(look))
}

function shrinkSteps(look: Look, newSet: ReplicaSet): readonly DeploymentStep[] {
  const active = look.oldSets.filter(isActive)
  if (active.length === 0) return []
  const sizes = shrunkSizes(boundsOf(look.deployment), active.map(partOf), partOf(newSet))
  return active.flatMap((set, at) => resized(look, set, sizes[at] ?? replicasOf(set)))
}

function recreate(look: Look): DeploymentDecision {
  const ended = look.oldSets.flatMap((set) => resized(look, set, 0))
  if (ended.length > 0) return rolled(look, ended)
  const mayRun = (set: ReplicaSet) =>
    (set.status?.replicas ?? 0) > 0 || look.podsOf(set).some((pod) => !isPodTerminal(pod))
  if (look.oldSets.some(mayRun)) return rolled(look, [])
  const { replicas } = boundsOf(look.deployment)
  if (look.newSet) return rolled(look, [...resized(look, look.newSet, replicas), ...finalSteps(look)])
  const made = withNewSet(look, replicas)
  return rolled(made, [{ do: 'create', set: made.newSet }])
}

/** What is to be when the set of the template, of that size, was made. */
function withNewSet(look: Look, replicas: number): Look & { readonly newSet: ReplicaSet } {
  const { deployment, now } = look
  const newSet = newReplicaSet(deployment, nextRevision(look.oldSets), replicas)
  const says = { reason: 'NewReplicaSetCreated', message: `Created new replica set "${newSet.metadata.name}"` }
  const conditions = withProgressing(deployment, look.conditions, { status: 'True', ...says }, now)
  return { ...look, newSet, sets: [...look.sets, newSet], conditions }
}

/** What is done when a rollout is over. */
const finalSteps = (look: Look): readonly DeploymentStep[] =>
  isComplete(look.deployment, look.deployment.status ?? {}) ? surplusSteps(look) : []

/** Of the old sets those that are more than are kept, oldest revision first; none that has pods, or may have. */
function surplusSteps({ deployment, oldSets }: Look): readonly DeploymentStep[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? LIMIT_NONE
  const kept = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  if (limit === LIMIT_NONE || kept.length <= limit) return []
  const isEmpty = (set: ReplicaSet) =>
    !isActive(set) &&
    (set.status?.replicas ?? 0) === 0 &&
    (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0)
  return byRevision(kept)
    .slice(0, kept.length - limit)
    .filter(isEmpty)
    .map((set) => ({ do: 'delete', set }))
}

/** Nothing is said of progress. */
function counted(look: Look, steps: readonly DeploymentStep[]): DeploymentDecision {
  return { steps: withSync(look, steps), status: countedStatus(look), annotations: revisionAnnotation(look) }
}

function rolled(look: Look, steps: readonly DeploymentStep[]): DeploymentDecision {
  const status = rolloutStatus(look)
  const lookAfter = untilDeadline(look.deployment, status, look.now)
  const decision = { steps: withSync(look, steps), status, annotations: revisionAnnotation(look) }
  return lookAfter === undefined ? decision : { ...decision, lookAfter }
}

/** The new set follows the Deployment in more than its size; one write does for all. */
function withSync(look: Look, steps: readonly DeploymentStep[]): readonly DeploymentStep[] {
  const { deployment, newSet } = look
  const annotations = annotationsDue(look)
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  const isInStep = minReadySeconds === (newSet?.spec?.minReadySeconds ?? 0) && Object.keys(annotations).length === 0
  const isOfNew = (step: DeploymentStep) => step.set === newSet
  if (!newSet || isInStep || steps.some((step) => isOfNew(step) && step.do === 'create')) return steps
  const known = steps.find((step) => isOfNew(step) && step.do === 'change')
  const scaled = known?.do === 'change' ? known.change : {}
  const change = { minReadySeconds, ...scaled, annotations: { ...annotations, ...scaled.annotations } }
  return [{ do: 'change', set: newSet, change }, ...steps.filter((step) => step !== known)]
}

const annotationsDue = ({ deployment, newSet, oldSets }: Look): Record<string, string> =>
  newSet ? newSetAnnotations(deployment, newSet, nextRevision(oldSets)) : {}

/** The Deployment has the revision of its new set. */
function revisionAnnotation(look: Look): Record<string, string> {
  const revision = annotationsDue(look)[REVISION] ?? look.newSet?.metadata.annotations?.[REVISION]
  return revision === undefined ? {} : { [REVISION]: revision }
}

const LIMIT_NONE = 2 ** 31 - 1

const partOf = (set: ReplicaSet) => ({ size: replicasOf(set), available: set.status?.availableReplicas ?? 0 })
