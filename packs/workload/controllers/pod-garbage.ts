/** Collects pods that no node will end; see `decide/pod-garbage.ts`. */
import type { Node } from '@muster/api/types/core-v1.ts'
import { type Clock, type Deadline, deadlineAfter, remaining, seconds } from '@muster/base/clock.ts'
import { NODES, PODS } from '@muster/client/kubernetes.ts'
import { byNode } from '@muster/client/picture.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  keyOf,
  lookAgain,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { fateOf, isOutOfService } from '../decide/pod-garbage.ts'
import { collectPod } from './collect-pod.ts'

/** How long a node may be missing before it is asked for: it may be on its way. Source: kubernetes quarantineTime. */
const QUARANTINE = seconds(40)

/** Looks at pods. */
export const podGarbageController: Controller = {
  name: 'pod-garbage-collector-controller',
  watches: PODS,
  alsoWatches: [
    {
      resource: NODES,
      keysOf: ({ metadata }, informer) => [...informer(PODS).by(byNode, metadata.name ?? '')].map(keyOf),
      ignores: (previous, node) => isOutOfService(previous as Node) === isOutOfService(node as Node),
    },
  ],
  begin({ clock }) {
    const quarantine = createQuarantine(clock)
    return {
      changed(resource, change) {
        if (resource.plural === PODS.plural && change.change === 'deleted') quarantine.leave(keyOf(change.previous))
      },
      reconcile: (key, context) => look(key, context, quarantine),
    }
  },
}

async function look(
  key: Key,
  { client, clock, informer }: ControllerContext,
  quarantine: Quarantine,
): Promise<Verdict> {
  const pod = informer(PODS).get(key)
  if (!pod) return waitForChange
  const name = pod.spec?.nodeName ?? ''
  const fate = fateOf(pod, informer(NODES).get({ namespace: '', name }))
  if (fate !== 'is orphaned') quarantine.leave(key)
  switch (fate) {
    case 'stays':
      return waitForChange
    case 'goes':
      await collectPod(client, pod, clock.now())
      return waitForChange
    case 'is orphaned': {
      const left = quarantine.enter(key)
      if (left > 0) return lookAgain(left)
      // The picture of nodes may be late: only the server knows.
      if (await client.resource(NODES).find({ namespace: '', name })) return lookAgain(QUARANTINE)
      const why = { status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' } as const
      await collectPod(client, pod, clock.now(), why)
      return waitForChange
    }
    default:
      fate satisfies never
      return waitForChange
  }
}

/** Pods whose nodes are missing, and until when that may be. What it holds are pods that there are. */
type Quarantine = ReturnType<typeof createQuarantine>

function createQuarantine(clock: Clock) {
  const until = new Map<string, Deadline>()
  const textOf = ({ cluster, namespace, name }: Key) => `${cluster}/${namespace}/${name}`
  return {
    /** What is left of its time. */
    enter(key: Key) {
      const found = until.get(textOf(key)) ?? deadlineAfter(clock, QUARANTINE)
      until.set(textOf(key), found)
      return remaining(clock, found)
    },
    leave(key: Key) {
      until.delete(textOf(key))
    },
  }
}
