/**
 * Gives each pod its node.
 *
 * One look is at a whole logical cluster: it takes the pods that are ready, one by one, decides about each, counts it on
 * its node at once, and goes on while the API is told. So no decision waits for a write, and none forgets another.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import type { InformerDeps } from '@muster/client/informer.ts'
import {
  CLAIMS,
  DISRUPTION_BUDGETS,
  NAMESPACES,
  NODES,
  PODS,
  STORAGE_CLASSES,
  VOLUMES,
} from '@muster/client/kubernetes.ts'
import {
  type Controller,
  type Follower,
  type Key,
  keyOf,
  lookAgain,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { Cluster, DEFAULT_SCHEDULER, isOther } from '../decide/cluster.ts'
import { type Actions, actOn } from './act.ts'

/** Writes to the API that are on their way at once, for each logical cluster. */
export const WRITES_MAX = 32

/** The one key of a logical cluster. */
const clusterKey = (object: KubeObject): readonly Key[] => [
  { cluster: keyOf(object).cluster, namespace: '', name: 'pods' },
]

/** A scheduler for pods that ask for it by name, in every logical cluster. */
export const schedulerController = (name: string = DEFAULT_SCHEDULER): Controller => ({
  name,
  watches: PODS,
  keysOf: clusterKey,
  alsoWatches: [NODES, NAMESPACES, CLAIMS, VOLUMES, STORAGE_CLASSES, DISRUPTION_BUDGETS].map((resource) => ({
    resource,
    keysOf: clusterKey,
  })),
  begin: (deps) => follow(name, deps),
})

function follow(name: string, deps: InformerDeps): Follower {
  const clusters = new Map<string, Cluster>()
  const events = createEventRecorder({ ...deps, component: name })
  const clusterOf = (cluster: string): Cluster => {
    const known = clusters.get(cluster) ?? new Cluster(name)
    clusters.set(cluster, known)
    return known
  }
  return {
    changed(_resource, change) {
      const isGone = change.change === 'deleted'
      const object: KubeObject = isGone ? change.previous : change.object
      const cluster = clusterOf(keyOf(object).cluster)
      if (change.change === 'updated' && isPod(object) && change.previous.metadata.uid !== object.metadata.uid) {
        cluster.podGone(change.previous.metadata.uid ?? '')
      }
      try {
        tell(cluster, object, isGone)
      } catch (error) {
        deps.log.warn('the scheduler cannot read an object, and leaves it out', { object: keyOf(object), error })
      }
    },
    async reconcile({ cluster: key }, { client, clock, log }) {
      const cluster = clusterOf(key)
      const actions: Actions = { cluster, client, clock, log, schedulerName: name, say: events.say }
      const underWay = new Set<Promise<void>>()
      for (
        let uid = cluster.queue.take(clock.elapsed());
        uid !== undefined;
        uid = cluster.queue.take(clock.elapsed())
      ) {
        const act = actOn(uid, actions)
        const done: Promise<void> = act.finally(() => underWay.delete(done))
        underWay.add(done)
        if (underWay.size >= WRITES_MAX) await Promise.race(underWay)
      }
      await Promise.all(underWay)
      const next = cluster.queue.untilNext(clock.elapsed())
      return next === undefined ? waitForChange : lookAgain(next)
    },
  }
}

function tell(cluster: Cluster, object: KubeObject, isGone: boolean): void {
  const { uid = '', name = '' } = object.metadata
  if (isPod(object)) {
    if (isGone) cluster.podGone(uid)
    else cluster.podChanged(object)
  } else if (isNode(object)) {
    if (isGone) cluster.nodeGone(name)
    else cluster.nodeChanged(object)
  } else if (isOther(object)) cluster.otherChanged(object, isGone)
}

const isPod = (object: KubeObject): object is Pod => object.kind === 'Pod'
const isNode = (object: KubeObject): object is Node => object.kind === 'Node'
