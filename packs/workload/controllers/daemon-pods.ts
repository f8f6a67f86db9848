/** Makes and deletes the pods of a DaemonSet, and says so. Source: kubernetes pkg/controller/daemon. */
import type { DaemonSet } from '@muster/api/types/apps-v1.ts'
import type { Client } from '@muster/client/client.ts'
import type { EventRecorder } from '@muster/runtime/events.ts'
import { daemonPod } from '../decide/daemon-pod.ts'
import type { DaemonStep } from '../decide/daemon-set.ts'
import { createPod, deletePod, type PodActions } from './managed-pods.ts'
import { slowStart } from './slow-start.ts'

/** What acting on a set's pods takes. */
export interface DaemonActions {
  readonly set: DaemonSet
  readonly client: Client
  readonly events: Pick<EventRecorder, 'say'>
  readonly hash: string
}

/** Pods made, and pods deleted, in one look. Source: kubernetes daemon BurstReplicas. */
export const BURST = 250

/** Makes pods and then deletes pods, no more than {@link BURST} of either; changes lead to the next look. Throws the first failure. */
export async function actOnDaemonPods(
  { set, client, events, hash }: DaemonActions,
  steps: readonly DaemonStep[],
): Promise<void> {
  const actions = { owner: set, client, events }
  const nodes = steps.flatMap((step) => (step.do === 'create' ? [step.node] : [])).slice(0, BURST)
  const created = await Promise.allSettled([slowStart(nodes, (node) => createPod(actions, daemonPod(set, hash, node)))])
  const deletes = steps.filter((step) => step.do === 'delete').slice(0, BURST)
  const deleted = await Promise.allSettled(
    deletes.map((step) => {
      tellOfEnded(actions, step)
      return deletePod(actions, step.pod)
    }),
  )
  const failed = [...created, ...deleted].find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** Pods of a DaemonSet do not end by themselves: whoever reads its events should know. */
function tellOfEnded(
  { owner, client, events }: PodActions,
  { pod, node, ended }: Extract<DaemonStep, { do: 'delete' }>,
): void {
  const { name, namespace } = pod.metadata
  if (ended === 'Failed') {
    const message = `Found failed daemon pod ${namespace}/${name} on node ${node}, will try to kill it`
    events.say(client, owner, { type: 'Warning', reason: 'FailedDaemonPod', message })
  }
  if (ended === 'Succeeded') {
    const message = `Found succeeded daemon pod ${namespace}/${name} on node ${node}, will try to delete it`
    events.say(client, owner, { type: 'Normal', reason: 'SucceededDaemonPod', message })
  }
}
