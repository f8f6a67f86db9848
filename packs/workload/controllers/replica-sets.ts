/** Keeps the pods of ReplicaSets and ReplicationControllers; see `decide/replica-set.ts`. */
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { LabelSelector } from '@muster/api/selector/label-selector.ts'
import type { ReplicaSet } from '@muster/api/types/apps-v1.ts'
import type { Pod, ReplicationController } from '@muster/api/types/core-v1.ts'
import { type Instant, seconds } from '@muster/base/clock.ts'
import { PODS, REPLICA_SETS, REPLICATION_CONTROLLERS } from '@muster/client/kubernetes.ts'
import { byController } from '@muster/client/picture.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  lookAgain,
  type Pictures,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { decideReplicas, type ReplicaStep, type Replicating, replicaStatus } from '../decide/replica-set.ts'
import { isPodActive, isPodTerminating, podFromTemplate, untilNextAvailable } from '../pods.ts'
import { candidates, claim } from './claim.ts'
import { createPod, deletePod, messageOf, type PodActions } from './managed-pods.ts'
import { chooses, ownersOf } from './sets-of.ts'
import { slowStart } from './slow-start.ts'
import { writeStatus } from './write-status.ts'

/** One of the two kinds. */
interface ReplicaKind<T extends Replicating> {
  readonly ref: ResourceRef<T>
  readonly component: string
  readonly countsTerminating: boolean
  selectorOf(set: T): LabelSelector | undefined
}

/** Looks at ReplicaSets. */
export const replicaSetController: Controller = controllerOfKind<ReplicaSet>({
  ref: REPLICA_SETS,
  component: 'replicaset-controller',
  countsTerminating: true,
  selectorOf: ({ spec }) => spec?.selector,
})

/** Looks at ReplicationControllers: ReplicaSets of an older day. */
export const replicationController: Controller = controllerOfKind<ReplicationController>({
  ref: REPLICATION_CONTROLLERS,
  component: 'replication-controller',
  countsTerminating: false,
  selectorOf: ({ spec }) => (spec?.selector ? { matchLabels: spec.selector } : undefined),
})

function controllerOfKind<T extends Replicating>(kind: ReplicaKind<T>): Controller {
  const { ref, component, selectorOf } = kind
  return {
    name: component,
    watches: ref,
    alsoWatches: [{ resource: PODS, keysOf: (pod, informer) => ownersOf(pod, ref, informer, selectorOf) }],
    begin(deps) {
      const events = createEventRecorder({ ...deps, component })
      return { changed: () => {}, reconcile: (key, context) => look(kind, key, context, events) }
    },
  }
}

async function look<T extends Replicating>(
  { ref, countsTerminating, selectorOf }: ReplicaKind<T>,
  key: Key,
  { client, clock, informer }: ControllerContext,
  events: EventRecorder,
): Promise<Verdict> {
  const set = informer(ref).get(key)
  if (!set) return waitForChange
  const isOurs = (pod: Pod) => chooses(selectorOf(set), pod)
  const known = candidates(informer, PODS, set)
  const active = await claim(client, { ref, object: set }, PODS, known.filter(isPodActive), isOurs)
  const terminating = known.filter((pod) => controllerOf(pod.metadata) && isPodTerminating(pod) && isOurs(pod))

  const now = clock.now()
  const step = decideReplicas(set, active, relatedPods(informer, ref, set), now)
  const [outcome] = await Promise.allSettled([act({ owner: set, client, events }, set, step)])
  const status = replicaStatus(set, {
    active,
    now,
    ...(countsTerminating ? { terminating } : {}),
    ...(outcome.status === 'rejected' ? { failure: failureOf(step, outcome.reason) } : {}),
  })
  await writeStatus(client, ref, set, status)
  if (outcome.status === 'rejected') throw outcome.reason
  return nextLook(set, active, status.readyReplicas !== status.availableReplicas, now)
}

async function act(actions: PodActions, set: Replicating, step: ReplicaStep): Promise<void> {
  switch (step.do) {
    case 'create': {
      const pod = podFromTemplate(set.spec?.template ?? {}, set)
      return slowStart(new Array<Pod>(step.count).fill(pod), (one) => createPod(actions, one))
    }
    case 'delete': {
      const outcomes = await Promise.allSettled(step.pods.map((pod) => deletePod(actions, pod)))
      const failed = outcomes.find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
      return
    }
    case 'nothing':
      return
    default:
      step satisfies never
  }
}

const failureOf = (step: ReplicaStep, error: unknown): string =>
  step.do === 'delete' ? `unable to delete pods: ${messageOf(error)}` : messageOf(error)

/** Those of all sets of the same owner: of a Deployment, old and new. */
function relatedPods(informer: Pictures, ref: ResourceRef, { metadata }: Replicating): readonly Pod[] {
  const owner = controllerOf(metadata)
  if (!owner) return []
  return [...informer(ref).by(byController, owner.uid)].flatMap((sibling) => [
    ...informer(PODS).by(byController, sibling.metadata.uid ?? ''),
  ])
}

function nextLook({ spec }: Replicating, active: readonly Pod[], isAnyWaiting: boolean, now: Instant): Verdict {
  const minReadySeconds = spec?.minReadySeconds ?? 0
  if (minReadySeconds === 0 || !isAnyWaiting) return waitForChange
  return lookAgain(untilNextAvailable(active, minReadySeconds, now) ?? seconds(minReadySeconds))
}
