/** Empties nodes that are not well, a few at a time; see `decide/node-eviction.ts`, `decide/pod-eviction.ts`. */
import { timestamp } from '@muster/api/time.ts'
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import { type Duration, type Instant, since } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { NODES, PODS } from '@muster/client/kubernetes.ts'
import { byNode } from '@muster/client/picture.ts'
import { TokenBucket } from '@muster/kernel/budget/token-bucket.ts'
import { type Controller, keyOf, lookAgain, type RelatedResource, waitForChange } from '@muster/runtime/controller.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { evictingTaint, NodeCensus, withEvictingTaint, zoneOf } from '../decide/node-eviction.ts'
import { disruptionTarget } from '../decide/pod-condition.ts'
import { leavesAt } from '../decide/pod-eviction.ts'
import { isPodReady, isPodTerminal } from '../pods.ts'

/** Looks at all nodes of a logical cluster at once: whether one is emptied depends on the others. */
export const nodeEvictionController: Controller = {
  name: 'node-eviction-controller',
  watches: NODES,
  keysOf: (node) => [{ ...keyOf(node), name: 'all' }],
  begin() {
    /** By logical cluster and zone. */
    const buckets = new Map<string, TokenBucket>()
    const censuses = new Map<string, NodeCensus>()
    const censusOf = (cluster: string): NodeCensus => {
      const census = censuses.get(cluster) ?? new NodeCensus()
      censuses.set(cluster, census)
      return census
    }
    return {
      changed(_, change) {
        const node = change.change === 'deleted' ? change.previous : change.object
        const { cluster, name } = keyOf(node)
        if (change.change === 'deleted') censusOf(cluster).drop(name)
        else censusOf(cluster).put(node as Node)
      },
      async reconcile({ cluster }, { client, informer, clock }) {
        const census = censusOf(cluster)
        const { rates, isAllBroken } = census.plan()
        const waits: Duration[] = []
        for (const troubled of [...census.troubled]) {
          const node = informer(NODES).get({ namespace: '', name: troubled })
          if (!node) continue
          const wanted = isAllBroken ? undefined : evictingTaint(node)
          const taints = withEvictingTaint(node, wanted, timestamp(clock.now()))
          if (!taints) continue
          const isNew = wanted !== undefined && taints.length > (node.spec?.taints ?? []).length
          if (isNew) {
            const zone = zoneOf(node)
            const rate = rates.get(zone) ?? { perSecond: 0, burst: 1 }
            const name = `${cluster}/${zone}`
            const bucket = buckets.get(name) ?? new TokenBucket(rate, clock.elapsed())
            buckets.set(name, bucket)
            bucket.change(rate, clock.elapsed())
            if (!bucket.take(clock.elapsed())) {
              const wait = bucket.untilNext(clock.elapsed())
              if (wait !== undefined) waits.push(wait)
              continue
            }
          }
          const { name = '', uid, resourceVersion } = node.metadata
          const value = { metadata: { uid, resourceVersion }, spec: { taints } }
          await client.resource(NODES).patch({ namespace: '', name }, { patch: 'merge', value })
        }
        return waits.length === 0 ? waitForChange : lookAgain(Math.min(...waits) as Duration)
      },
    }
  },
}

const podsOfNode = (matters: (node: Node) => string): RelatedResource => ({
  resource: NODES,
  keysOf: (node, informer) => Array.from(informer(PODS).by(byNode, node.metadata.name ?? ''), keyOf),
  ignores: (previous, node) => matters(previous as Node) === matters(node as Node),
})

/** Looks at pods: whether their nodes bear them. */
export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  watches: PODS,
  alsoWatches: [podsOfNode(({ spec }) => JSON.stringify(spec?.taints ?? []))],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'taint-eviction-controller' })
    /** Since when pods are known to be on a node with such taints, by uid: people's taints do not tell when they came. */
    const known = new Map<string, Instant>()
    return {
      changed(_, change) {
        if (change.change === 'deleted') known.delete(change.previous.metadata.uid ?? '')
      },
      async reconcile(key, { client, informer, clock }) {
        const pod = informer(PODS).get(key)
        const node = pod?.spec?.nodeName ? informer(NODES).get({ namespace: '', name: pod.spec.nodeName }) : undefined
        if (!pod || !node || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return waitForChange
        const { uid = '' } = pod.metadata
        const from = known.get(uid) ?? clock.now()
        const at = leavesAt(pod, node, from)
        if (at === undefined) {
          known.delete(uid)
          return waitForChange
        }
        known.set(uid, from)
        const left = since(clock.now(), at)
        if (left > 0) return lookAgain(left)
        const message = `Marking for deletion Pod ${key.namespace}/${key.name}`
        events.say(client, pod, { type: 'Normal', reason: 'TaintManagerEviction', message })
        await evict(client, pod, clock.now())
        return waitForChange
      },
    }
  },
}

async function evict(client: Client, pod: Pod, now: Parameters<typeof disruptionTarget>[2]): Promise<void> {
  const { namespace = '', name = '', uid } = pod.metadata
  const why = {
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  } as const
  const value = { metadata: { uid }, status: { conditions: [disruptionTarget(pod, why, now)] } }
  try {
    await client.resource(PODS).patch({ namespace, name }, { patch: 'strategic', value }, { subresource: 'status' })
    await client.resource(PODS).delete({ namespace, name }, uid === undefined ? {} : { uid })
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}

const readinessOf = ({ status }: Node): string => status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? ''

/** Looks at pods of nodes that are silent: nobody knows whether they serve, so nobody is sent to them. */
export const silentPodController: Controller = {
  name: 'node-lifecycle-controller-pods',
  watches: PODS,
  alsoWatches: [podsOfNode(readinessOf)],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'node-controller' })
    return {
      changed: () => {},
      async reconcile(key, { client, informer, clock }) {
        const pod = informer(PODS).get(key)
        const node = pod?.spec?.nodeName ? informer(NODES).get({ namespace: '', name: pod.spec.nodeName }) : undefined
        // One that is not well says so itself, of its pods too; only of one that says nothing somebody else must.
        if (!pod || !node || readinessOf(node) !== 'Unknown' || !isPodReady(pod)) return waitForChange
        const lastTransitionTime = timestamp(clock.now())
        const value = {
          metadata: { uid: pod.metadata.uid },
          status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] },
        }
        await client.resource(PODS).patch(key, { patch: 'strategic', value }, { subresource: 'status' })
        events.say(client, pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' })
        return waitForChange
      },
    }
  },
}
