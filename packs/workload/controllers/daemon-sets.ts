/** Keeps the pods and revisions of DaemonSets; see `decide/daemon-set.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Node } from '@muster/api/types/core-v1.ts'
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '@muster/client/kubernetes.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  keyOf,
  lookAgain,
  type Pictures,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { decideDaemonSet } from '../decide/daemon-set.ts'
import { REVISION_HASH_LABEL, surplusRevisions } from '../decide/revisions.ts'
import { candidates, claim } from './claim.ts'
import { actOnDaemonPods } from './daemon-pods.ts'
import { createFailedPods, type FailedPods } from './failed-pods.ts'
import { dropRevisions, keepRevision } from './revisions.ts'
import { chooses, ownersOf } from './sets-of.ts'
import { writeStatus } from './write-status.ts'

/** Each of them may want a pod on a node that is new or another. */
const allSets = (_: KubeObject, informer: Pictures): readonly Key[] => Array.from(informer(DAEMON_SETS).list(), keyOf)

/** Nodes tell of themselves all the time; what a pod fits by are their labels and taints. */
const isOfNoConcern = (previous: Node, { metadata, spec }: Node): boolean =>
  previous.metadata.uid === metadata.uid &&
  sameMeaning(previous.metadata.labels, metadata.labels) &&
  sameMeaning(previous.spec?.taints, spec?.taints)

/** Looks at DaemonSets. */
export const daemonSetController: Controller = {
  name: 'daemonset-controller',
  watches: DAEMON_SETS,
  alsoWatches: [
    { resource: PODS, keysOf: (pod, informer) => ownersOf(pod, DAEMON_SETS, informer) },
    { resource: CONTROLLER_REVISIONS, keysOf: (one, informer) => ownersOf(one, DAEMON_SETS, informer) },
    { resource: NODES, keysOf: allSets, ignores: isOfNoConcern },
  ],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'daemonset-controller' })
    const failed = createFailedPods(deps.clock)
    return { changed: () => {}, reconcile: (key, context) => look(key, context, events, failed) }
  },
}

async function look(
  key: Key,
  { client, clock, informer }: ControllerContext,
  events: EventRecorder,
  failed: FailedPods,
): Promise<Verdict> {
  const set = informer(DAEMON_SETS).get(key)
  if (!set) return waitForChange
  const selector = set.spec?.selector
  if (sameMeaning(selector, {})) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
    events.say(client, set, { type: 'Warning', reason: 'SelectingAll', message })
    return waitForChange
  }
  // Its revisions may be collected before it: there is nothing to measure its pods by.
  if (set.metadata.deletionTimestamp !== undefined) return waitForChange

  const owner = { ref: DAEMON_SETS, object: set }
  const isOurs = (object: KubeObject) => chooses(selector, object)
  const known = candidates(informer, CONTROLLER_REVISIONS, set)
  const revisions = await claim(client, owner, CONTROLLER_REVISIONS, known, isOurs)
  const pods = await claim(client, owner, PODS, candidates(informer, PODS, set), isOurs)
  const before = set.status?.collisionCount ?? 0
  const { revision, collisions } = await keepRevision(client, set, set.spec?.template ?? {}, revisions, before)
  const hash = revision.metadata.labels?.[REVISION_HASH_LABEL] ?? revision.metadata.name ?? ''

  const failedOn = (node: string) => `${set.metadata.uid}/${set.status?.observedGeneration ?? 0}/${node}`
  const nodes = [...informer(NODES).list()]
  const backOff = (node: string) => failed.left(failedOn(node))
  const decision = decideDaemonSet({ set, pods, nodes, hash, collisions, now: clock.now(), backOff })
  for (const step of decision.steps) {
    if (step.do === 'delete' && step.ended === 'Failed') failed.failed(failedOn(step.node))
  }
  try {
    await actOnDaemonPods({ set, client, events, hash }, decision.steps)
    const used = new Set(pods.map(({ metadata }) => metadata.labels?.[REVISION_HASH_LABEL]))
    const old = revisions.filter(({ metadata }) => metadata.name !== revision.metadata.name)
    const limit = set.spec?.revisionHistoryLimit ?? 10
    await dropRevisions(
      client,
      surplusRevisions(old, limit, ({ metadata }) => used.has(metadata.labels?.[REVISION_HASH_LABEL])),
    )
  } finally {
    await writeStatus(client, DAEMON_SETS, set, decision.status)
  }
  return decision.lookAfter === undefined ? waitForChange : lookAgain(decision.lookAfter)
}
