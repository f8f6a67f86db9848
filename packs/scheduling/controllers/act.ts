/** Decides about one pod, and tells the API: its node, why it has none, or whom it sends away. */
import { timestamp } from '@muster/api/time.ts'
import type { Pod, PodCondition } from '@muster/api/types/core-v1.ts'
import type { Clock } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { causeOf } from '@muster/client/cause-of.ts'
import type { Client } from '@muster/client/client.ts'
import { CLAIMS, PODS } from '@muster/client/kubernetes.ts'
import { type ObjectName, pathOf } from '@muster/client/resource-ref.ts'
import type { PlacedPod } from '@muster/kernel/placement/fleet.ts'
import type { Alternative, WaitingPod } from '@muster/kernel/placement/placement.ts'
import { preempt } from '@muster/kernel/placement/preempt.ts'
import { sayUnplaceable, type Unplaceable } from '@muster/kernel/placement/refusals.ts'
import type { EventRecorder } from '@muster/runtime/events.ts'
import type { Cluster } from '../decide/cluster.ts'
import { claimsToSettle, SELECTED_NODE } from '../decide/volumes.ts'

/** What acting takes. */
export interface Actions {
  readonly cluster: Cluster
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly schedulerName: string
  say: EventRecorder['say']
}

/**
 * Decides about a pod. The cluster shows the decision when this returns; the promise resolves, and never rejects, when the
 * API was told.
 */
export function actOn(uid: string, actions: Actions): Promise<void> {
  const { cluster, clock, log } = actions
  const pod = cluster.waiting.get(uid)
  if (!pod) {
    cluster.queue.forget(uid)
    return Promise.resolve()
  }
  const acted = decideOn(pod, actions)
  return acted.catch((error) => {
    log.warn('a pod could not be dealt with; it will be tried again', { pod: nameOf(pod), error })
    cluster.queue.failed(uid, clock.elapsed())
  })
}

async function decideOn(pod: Pod, asked: Actions): Promise<void> {
  // A look is at all pods of a cluster: what it was asked for by says nothing of this one.
  const actions = { ...asked, client: asked.client.because(causeOf(PODS, pod)) }
  const { cluster } = actions
  const uid = pod.metadata.uid ?? ''
  // Nobody knows how the last try to bind it ended: only the pod itself tells.
  if (cluster.isAssumed(uid)) await findOut(pod, actions)
  if (!cluster.waiting.has(uid)) return
  const seen = cluster.read(pod)
  const decided = cluster.placement.decide(seen)
  if (decided.decision === 'refuse') return refuse(pod, seen, decided.why, actions)
  const rejected = cluster.placement.alternatives(seen, decided.node)
  cluster.assume(seen, decided.node)
  const unsettled = claimsToSettle(pod, cluster)
  if (unsettled.length > 0) return settleClaims(pod, decided.node, actions)
  return bind(pod, decided.node, rejected, actions)
}

async function bind(pod: Pod, node: string, alternatives: readonly Alternative[], actions: Actions): Promise<void> {
  const { client, say } = actions
  const rejected = alternatives.map(({ node: choice, why }) => ({ choice, why }))
  const deciding = client.because({ why: `${node} is the best node for it`, rejected })
  const { namespace, name } = nameOf(pod)
  const body = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { namespace, name, uid: pod.metadata.uid },
    target: { kind: 'Node', name: node },
  }
  try {
    await deciding.call({ method: 'POST', path: pathOf(PODS, namespace, name, 'binding'), body })
  } catch (error) {
    await findOut(pod, actions)
    throw error
  }
  say(client, pod, {
    type: 'Normal',
    reason: 'Scheduled',
    message: `Successfully assigned ${namespace}/${name} to ${node}`,
  })
}

/** Reads where a pod is. Until that is known, it counts where it may be. */
async function findOut(pod: Pod, { client, cluster }: Actions): Promise<void> {
  const uid = pod.metadata.uid ?? ''
  const now = await client.resource(PODS).find(nameOf(pod))
  if (now?.metadata.uid !== uid) return cluster.podGone(uid)
  if (!now.spec?.nodeName) cluster.unassume(uid)
  cluster.podChanged(now)
}

/** Says on claims where they are needed, and waits for their volumes; the pod's room is kept meanwhile. */
async function settleClaims(pod: Pod, node: string, { client, cluster, clock }: Actions): Promise<void> {
  for (const { metadata } of claimsToSettle(pod, cluster)) {
    if (metadata.annotations?.[SELECTED_NODE] === node) continue
    const { namespace = '', name = '' } = metadata
    const value = { metadata: { annotations: { [SELECTED_NODE]: node } } }
    await client.resource(CLAIMS).patch({ namespace, name }, { patch: 'merge', value })
  }
  cluster.queue.refused(pod.metadata.uid ?? '', new Set(['VolumeBinding']), clock.elapsed())
}

async function refuse(pod: Pod, seen: WaitingPod, why: Unplaceable, actions: Actions): Promise<void> {
  const { cluster, client, clock, say } = actions
  const constraints = new Set(
    [...(why.atOnce ? [why.atOnce] : []), ...why.refused.flatMap(({ refusals }) => refusals)].map(
      ({ constraint }) => constraint,
    ),
  )
  cluster.queue.refused(seen.uid, constraints, clock.elapsed())
  // Where there is no node, there is nobody to send away.
  const preemption = why.nodes === 0 ? undefined : preempt(cluster.placement, seen, why, cluster.budgets)
  const message = [
    sayUnplaceable(why),
    ...(preemption?.preempts === false ? [`${NO_CLAIMS}, ${preemption.why}`] : []),
  ].join(' ')
  const nominated = preemption?.preempts ? preemption.node : keepsPromise(preemption?.why) ? seen.nominatedNode : ''
  cluster.nominate(seen, nominated)
  say(client, pod, { type: 'Warning', reason: 'FailedScheduling', message: shorten(message) })
  await tellPod(pod, message, nominated, actions)
  if (!preemption?.preempts) return
  const room = { ...actions, client: client.because({ why: `room is made for it on ${preemption.node}` }) }
  await makeRoom(seen, preemption.node, preemption.victims, room)
}

/** What kube-scheduler says first of a pod without resource claims. Source: dynamicresources PostFilter. */
const NO_CLAIMS = 'no new claims to deallocate'

/** One who may not preempt, or waits already, keeps the node that it was promised. */
const keepsPromise = (why: string | undefined): boolean => why?.startsWith('preemption: not eligible') === true

/** Source: kube-scheduler truncateMessage, events NoteLengthLimit. */
const NOTE_MAX = 1024
const shorten = (message: string): string =>
  message.length <= NOTE_MAX ? message : `${message.slice(0, NOTE_MAX - ' ...'.length)} ...`

async function tellPod(pod: Pod, message: string, nominatedNode: string, actions: Actions): Promise<void> {
  const { clock } = actions
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  const isSaid = before?.status === 'False' && before.reason === 'Unschedulable' && before.message === message
  const isPromised = (pod.status?.nominatedNodeName ?? '') === nominatedNode
  if (isSaid && isPromised) return
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    ...(before?.status === 'False' ? {} : { lastTransitionTime: timestamp(clock.now()) }),
  }
  const value = { status: { conditions: [condition], nominatedNodeName: nominatedNode === '' ? null : nominatedNode } }
  await patchStatus(nameOf(pod), value, actions)
}

/** Sends victims away, and takes back what was promised there to pods that are less important. */
async function makeRoom(
  pod: WaitingPod,
  node: string,
  victims: readonly PlacedPod[],
  { cluster, client, clock, say, schedulerName }: Actions,
): Promise<void> {
  for (const other of [...cluster.placement.nominated.values()]) {
    if (other.nominatedNode !== node || other.priority >= pod.priority) continue
    cluster.nominate(other, '')
    await patchStatus(other, { status: { nominatedNodeName: null } }, { client })
  }
  for (const victim of victims.filter(({ isTerminating }) => !isTerminating)) {
    const condition: PodCondition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: timestamp(clock.now()),
    }
    await patchStatus(victim, { metadata: { uid: victim.uid }, status: { conditions: [condition] } }, { client })
    await unlessGone(client.resource(PODS).delete(victim, { uid: victim.uid }))
    say(client, asPod(victim), {
      type: 'Normal',
      reason: 'Preempted',
      message: `Preempted by pod ${pod.uid} on node ${node}`,
    })
  }
}

const asPod = ({ namespace, name, uid }: PlacedPod): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, uid },
})

const patchStatus = ({ namespace, name }: ObjectName, value: object, { client }: Pick<Actions, 'client'>) =>
  unlessGone(client.resource(PODS).patch({ namespace, name }, { patch: 'strategic', value }, { subresource: 'status' }))

/** What is gone needs nothing. */
async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}

const nameOf = ({ metadata: { namespace = '', name = '' } }: Pod): ObjectName => ({ namespace, name })
