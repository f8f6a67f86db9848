/**
 * What to do about the pods of a StatefulSet, in the order in which it must be done.
 *
 *     OrderedReady   web-0 ✓  web-1 ✓  web-2 …   one step at a time, none past a pod that is not available yet
 *     Parallel       web-0 …  web-1 …  web-2 …   all that is missing at once
 *     scale down     web-4, then web-3           from the top, one at a time when ordered
 *     update         web-2, then web-1           from the top down to the partition, one at a time in either
 *
 * A pod that is on its way out is waited for: its name is free again only when it is gone. `maxUnavailable` of an update
 * is behind a gate that is off in v1.36. Source: kubernetes pkg/controller/statefulset/stateful_set_control.go.
 */
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '@muster/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { isPodAvailable, isPodReady, isPodTerminal } from '../pods.ts'
import { decideClaimOwners, isClaimOfEarlierPod } from './claim-retention.ts'
import { templateOf } from './revisions.ts'
import { claimsOf, isWanted, newPod, ordinalOf, ordinalsOf, repairOf, revisionOf } from './stateful-identity.ts'

/** What is known of a set. */
export interface StatefulSetView {
  readonly set: StatefulSet
  /** Those that it manages. */
  readonly pods: readonly Pod[]
  /** The revision that pods are updated from. */
  readonly current: ControllerRevision
  /** The revision of its template. */
  readonly update: ControllerRevision
  readonly collisions: number
  readonly now: Instant
  /** A claim of the set's namespace, by name. */
  claim(name: string): PersistentVolumeClaim | undefined
}

/** One thing to do about one pod. */
export interface StatefulStep {
  readonly do: 'create' | 'delete' | 'make-claims' | 'own-claims' | 'repair'
  readonly pod: Pod
}

/** What to do. A phase begins when all of the one before it was done. */
export interface StatefulSetDecision {
  /** True: the steps of a phase are done one after the other. False: they may be done at once. */
  readonly ordered: boolean
  readonly phases: readonly (readonly StatefulStep[])[]
  /** What is so before any of it is done. */
  readonly status: StatefulSetStatus
}

/** Decides what to do about a set. */
export function decideStatefulSet(view: StatefulSetView): StatefulSetDecision {
  const ordered = isOrdered(view)
  const status = statusOf(view)
  if (view.set.metadata.deletionTimestamp !== undefined) return { ordered, phases: [], status }
  const { replicas, condemned } = sort(view)

  const phases: (readonly StatefulStep[])[] = []
  const kept = walk(replicas, (pod) => keep(view, pod), ordered)
  phases.push(kept.steps)
  if (kept.isBlocked) return { ordered, phases, status }
  phases.push(condemned.filter((pod) => !ownsClaimsRightly(view, pod)).map((pod) => ({ do: 'own-claims', pod })))

  const firstUnavailable = [...replicas, ...condemned.toReversed()].find((pod) => isUnavailable(view, pod))
  const gone = walk(condemned, (pod) => condemn(view, pod, firstUnavailable), ordered)
  phases.push(gone.steps)
  if (gone.isBlocked) return { ordered, phases, status }

  const isDeleted = (pod: Pod) => kept.steps.some((step) => step.do === 'delete' && step.pod === pod)
  phases.push(update(view, replicas).filter(({ pod }) => !isDeleted(pod)))
  return { ordered, phases, status }
}

/** The pods of the wanted ordinals, those that are not there as they are to be made; and the others, highest first. */
function sort(view: StatefulSetView): { readonly replicas: readonly Pod[]; readonly condemned: readonly Pod[] } {
  const { start, replicas } = ordinalsOf(view.set)
  const byOrdinal = new Map(view.pods.map((pod) => [ordinalOf(pod), pod]))
  const ordinals = Array.from({ length: replicas }, (_, index) => start + index)
  return {
    replicas: ordinals.map((ordinal) => byOrdinal.get(ordinal) ?? missing(view, ordinal)),
    condemned: view.pods
      .filter((pod) => ordinalOf(pod) !== undefined && !isWanted(view.set, pod))
      .toSorted((one, other) => (ordinalOf(other) ?? 0) - (ordinalOf(one) ?? 0)),
  }
}

/** Below the partition a pod is made as it was before the update. */
function missing({ set, current, update }: StatefulSetView, ordinal: number): Pod {
  const { start } = ordinalsOf(set)
  const isBehind = ordinal < start + (set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0)
  const revision = isBehind ? current : update
  const latest = set.spec?.template ?? {}
  return newPod(set, templateOf(revision, latest), revision.metadata.name ?? '', ordinal)
}

/** What is to be done about one pod, and whether those after it must wait when the set is ordered. */
interface Turn {
  readonly steps: readonly StatefulStep['do'][]
  readonly blocks: boolean
}

function walk(pods: readonly Pod[], turnOf: (pod: Pod) => Turn, ordered: boolean) {
  const steps: StatefulStep[] = []
  for (const pod of pods) {
    const turn = turnOf(pod)
    steps.push(...turn.steps.map((what) => ({ do: what, pod })))
    if (turn.blocks && ordered) return { steps, isBlocked: true }
  }
  return { steps, isBlocked: false }
}

function keep(view: StatefulSetView, pod: Pod): Turn {
  // However it ended: who was put out by its node may well have ended in good order.
  if (isPodTerminal(pod)) return { steps: isTerminating(pod) ? [] : ['delete'], blocks: true }
  if (!isCreated(pod)) return { steps: waitsForClaims(view, pod) ? [] : ['create'], blocks: true }
  const steps: StatefulStep['do'][] = pod.status?.phase === 'Pending' && lacksClaims(view, pod) ? ['make-claims'] : []
  const isReady = isRunningAndReady(pod) && !isUnavailable(view, pod)
  if (!isReady && isOrdered(view)) return { steps, blocks: true }
  const isRight = repairOf(view.set, pod) === undefined && ownsClaimsRightly(view, pod)
  return { steps: isRight ? steps : [...steps, 'repair'], blocks: false }
}

/**
 * One that is not available goes only when it is the first of those, as Kubernetes has it; one that has ended goes too.
 * Kubernetes waits there for what cannot come: two that have ended hold each other for ever.
 */
function condemn(view: StatefulSetView, pod: Pod, firstUnavailable: Pod | undefined): Turn {
  if (isTerminating(pod)) return { steps: [], blocks: true }
  const mayGo = !isUnavailable(view, pod) || isPodTerminal(pod) || pod === firstUnavailable
  return { steps: mayGo || !isOrdered(view) ? ['delete'] : [], blocks: true }
}

/** The highest pod that is not of the update goes, once all above it are of it and available. */
function update(view: StatefulSetView, replicas: readonly Pod[]): readonly StatefulStep[] {
  const { type, rollingUpdate } = view.set.spec?.updateStrategy ?? {}
  if (type === 'OnDelete') return []
  for (const pod of replicas.slice(rollingUpdate?.partition ?? 0).toReversed()) {
    if (revisionOf(pod) !== view.update.metadata.name && !isTerminating(pod)) return [{ do: 'delete', pod }]
    if (isUnavailable(view, pod)) return []
  }
  return []
}

const isOrdered = ({ set }: StatefulSetView): boolean => set.spec?.podManagementPolicy !== 'Parallel'
const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined
const isCreated = ({ status }: Pod): boolean => status?.phase !== undefined && status.phase !== ''
const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod)

function isUnavailable({ set, now }: StatefulSetView, pod: Pod): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now)
}

const knownClaims = ({ set, claim }: StatefulSetView, pod: Pod): readonly (PersistentVolumeClaim | undefined)[] =>
  claimsOf(set, ordinalOf(pod) ?? 0).map(({ metadata }) => claim(metadata.name ?? ''))

const waitsForClaims = (view: StatefulSetView, pod: Pod): boolean =>
  knownClaims(view, pod).some((claim) => claim && isClaimOfEarlierPod(view.set, pod, claim))

const lacksClaims = (view: StatefulSetView, pod: Pod): boolean =>
  knownClaims(view, pod).includes(undefined) || !ownsClaimsRightly(view, pod)

const ownsClaimsRightly = (view: StatefulSetView, pod: Pod): boolean =>
  knownClaims(view, pod).every((claim) => !claim || decideClaimOwners(view.set, pod, claim).owners === 'right')

function statusOf({ set, pods, current, update, collisions, now }: StatefulSetView): StatefulSetStatus {
  const [currentRevision, updateRevision] = [current.metadata.name ?? '', update.metadata.name ?? '']
  const count = (is: (pod: Pod) => boolean): number => pods.filter(is).length
  const isOf = (revision: string) => (pod: Pod) => isCreated(pod) && !isTerminating(pod) && revisionOf(pod) === revision
  const ready = pods.filter(isRunningAndReady)
  const status = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: count(isCreated),
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now)).length,
    currentReplicas: count(isOf(currentRevision)),
    updatedReplicas: count(isOf(updateRevision)),
    currentRevision,
    updateRevision,
    collisionCount: collisions,
  }
  const { replicas } = ordinalsOf(set)
  const isUpdated = [status.updatedReplicas, status.readyReplicas, status.replicas].every((one) => one === replicas)
  return set.spec?.updateStrategy?.type === 'RollingUpdate' && isUpdated
    ? { ...status, currentReplicas: status.updatedReplicas, currentRevision: updateRevision }
    : status
}
