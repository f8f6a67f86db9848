/** Keeps the pods, claims and revisions of StatefulSets; see `decide/stateful-set.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import type { StatefulSet, StatefulSetStatus } from '@muster/api/types/apps-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { type Instant, seconds } from '@muster/base/clock.ts'
import { CLAIMS, CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from '@muster/client/kubernetes.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  keyOf,
  lookAgain,
  ownerKey,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { surplusRevisions } from '../decide/revisions.ts'
import { isMember, readPodName, revisionOf } from '../decide/stateful-identity.ts'
import { decideStatefulSet, type StatefulSetDecision } from '../decide/stateful-set.ts'
import { untilNextAvailable } from '../pods.ts'
import { candidates, claim } from './claim.ts'
import { dropRevisions, keepRevision } from './revisions.ts'
import { chooses, ownersOf } from './sets-of.ts'
import { slowStart } from './slow-start.ts'
import { actOnPod, type StatefulActions } from './stateful-pods.ts'
import { writeStatus } from './write-status.ts'

/** Looks at StatefulSets. */
export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  watches: STATEFUL_SETS,
  alsoWatches: [
    { resource: PODS, keysOf: (pod, informer) => ownersOf(pod, STATEFUL_SETS, informer) },
    { resource: CONTROLLER_REVISIONS, keysOf: (revision) => ownerKey(revision, STATEFUL_SETS) },
    { resource: CLAIMS, keysOf: setsOfClaim },
  ],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'statefulset-controller' })
    return { changed: () => {}, reconcile: (key, context) => look(key, context, events) }
  },
}

/** A claim that its policy gave an owner is waited for by the set: it may have to go before its pod is made again. */
function setsOfClaim(claim: KubeObject): readonly Key[] {
  const pods = ownerKey(claim, PODS).map(({ name }) => readPodName(name)?.parent ?? name)
  return [...ownerKey(claim, STATEFUL_SETS), ...pods.map((name) => ({ ...keyOf(claim), name }))]
}

async function look(key: Key, context: ControllerContext, events: EventRecorder): Promise<Verdict> {
  const { client, clock, informer } = context
  const set = informer(STATEFUL_SETS).get(key)
  if (!set) return waitForChange
  const owner = { ref: STATEFUL_SETS, object: set }
  const selector = set.spec?.selector
  const known = candidates(informer, CONTROLLER_REVISIONS, set).filter((one) => chooses(selector, one))
  const revisions = await claim(client, owner, CONTROLLER_REVISIONS, known, () => true)
  // The collector may take revisions before the set: a new one would only be in its way.
  if (set.metadata.deletionTimestamp !== undefined && revisions.length === 0) return waitForChange
  const isOurs = (pod: Pod) => chooses(selector, pod) && isMember(set, pod)
  const pods = await claim(client, owner, PODS, candidates(informer, PODS, set), isOurs)

  const template = set.spec?.template ?? {}
  const { revision: update, collisions } = await keepRevision(
    client,
    set,
    template,
    revisions,
    set.status?.collisionCount ?? 0,
  )
  const current = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update
  const claimOf = (name: string) => informer(CLAIMS).get({ namespace: key.namespace, name })
  const now = clock.now()
  const decision = decideStatefulSet({ set, pods, current, update, collisions, now, claim: claimOf })
  try {
    await act({ set, client, events, claim: claimOf }, decision)
  } finally {
    await writeStatus(client, STATEFUL_SETS, set, decision.status)
  }
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)])
  const old = revisions.filter(({ metadata }) => !live.has(metadata.name))
  await dropRevisions(
    client,
    surplusRevisions(old, set.spec?.revisionHistoryLimit ?? 10, () => false),
  )
  return nextLook(set, decision.status, pods, now)
}

async function act(actions: StatefulActions, { phases, ordered }: StatefulSetDecision): Promise<void> {
  for (const steps of phases) {
    if (!ordered) await slowStart(steps, (step) => actOnPod(actions, step))
    else for (const step of steps) await actOnPod(actions, step)
  }
}

function nextLook({ spec }: StatefulSet, status: StatefulSetStatus, pods: readonly Pod[], now: Instant): Verdict {
  const minReadySeconds = spec?.minReadySeconds ?? 0
  if (minReadySeconds === 0 || status.readyReplicas === status.availableReplicas) return waitForChange
  return lookAgain(untilNextAvailable(pods, minReadySeconds, now) ?? seconds(minReadySeconds))
}
