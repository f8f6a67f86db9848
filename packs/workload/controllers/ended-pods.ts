/** Keeps pods that have ended to a number; see `decide/pod-garbage.ts`. */
import type { Pod } from '@muster/api/types/core-v1.ts'
import { PODS } from '@muster/client/kubernetes.ts'
import type { Index } from '@muster/client/picture.ts'
import { type Controller, keyOf, waitForChange } from '@muster/runtime/controller.ts'
import { ENDED_PODS_MAX, surplusPods } from '../decide/pod-garbage.ts'
import { isPodTerminal } from '../pods.ts'
import { collectPod } from './collect-pod.ts'
import { slowStart } from './slow-start.ts'

const ended: Index<Pod> = { name: 'has ended', valuesOf: (pod) => (isPodTerminal(pod) ? ['yes'] : []) }

/** Looks at all pods of a logical cluster that have ended, whenever one has. */
export const endedPodsControllerOf = (max: number): Controller => ({
  name: 'ended-pods',
  watches: PODS,
  keysOf: (pod) => (isPodTerminal(pod as Pod) ? [{ cluster: keyOf(pod).cluster, namespace: '', name: 'ended' }] : []),
  async reconcile(_key, { client, informer, clock }) {
    const surplus = surplusPods([...informer(PODS).by(ended, 'yes')], max)
    await slowStart(surplus, (pod) => collectPod(client, pod, clock.now()))
    return waitForChange
  },
})

/** With the number that Kubernetes keeps. */
export const endedPodsController = endedPodsControllerOf(ENDED_PODS_MAX)
