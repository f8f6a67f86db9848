/**
 * What to do about the pods of a DaemonSet: one on each node that it fits, and what its status is.
 *
 * First the nodes are put in order; only when nothing is out of order does an update go on (`daemon-update.ts`).
 * Source: kubernetes pkg/controller/daemon/daemon_controller.go.
 */
import { scaleIntOrPercent } from '@muster/api/int-or-string.ts'
import type { DaemonSet, DaemonSetStatus } from '@muster/api/types/apps-v1.ts'
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import type { Duration, Instant } from '@muster/base/clock.ts'
import { isPodAvailable, isPodReady, isPodTerminal, untilNextAvailable } from '../pods.ts'
import { type Fit, fitOf, isUpdated, targetNode } from './daemon-pod.ts'
import { updateSteps } from './daemon-update.ts'

/** What is known of a set. */
export interface DaemonSetView {
  readonly set: DaemonSet
  /** Those that it manages. */
  readonly pods: readonly Pod[]
  readonly nodes: readonly Node[]
  /** Of the revision of its template. */
  readonly hash: string
  readonly collisions: number
  readonly now: Instant
  /** How long a pod that failed on this node must be left as it is; undefined when it may go. */
  backOff(node: string): Duration | undefined
}

/** One thing to do. */
export type DaemonStep =
  | { readonly do: 'create'; readonly node: string }
  /** `ended`: it failed, or ended in good order, which a pod of a DaemonSet does not. */
  | { readonly do: 'delete'; readonly pod: Pod; readonly node: string; readonly ended?: 'Failed' | 'Succeeded' }

/** What to do. */
export interface DaemonSetDecision {
  readonly steps: readonly DaemonStep[]
  /** What is so before any of it is done. */
  readonly status: DaemonSetStatus
  /** When a pod that failed may go, or one that is ready becomes available; undefined when there is none to wait for. */
  readonly lookAfter?: Duration
}

/** What is known of one node, or of a node that is gone but for pods that were for it. */
export interface DaemonNode {
  readonly name: string
  readonly fit: Fit
  /** Those for this node, but for those that have ended and are on their way out. */
  readonly pods: readonly Pod[]
}

/** Decides what to do about a set. */
export function decideDaemonSet(view: DaemonSetView): DaemonSetDecision {
  const nodes = nodesOf(view)
  const available = untilNextAvailable(view.pods, view.set.spec?.minReadySeconds ?? 0, view.now)
  const waits: Duration[] = available === undefined ? [] : [available]
  const managed = nodes.flatMap((node) => manage(view, node, waits))
  const isRolling = view.set.spec?.updateStrategy?.type === 'RollingUpdate'
  const steps = managed.length === 0 && isRolling ? updateSteps(view, nodes) : managed
  const status = statusOf(view, nodes)
  return waits.length === 0 ? { steps, status } : { steps, status, lookAfter: Math.min(...waits) as Duration }
}

function nodesOf({ set, nodes, pods }: DaemonSetView): readonly DaemonNode[] {
  const fit = fitOf(set)
  const byNode = new Map<string, Pod[]>(nodes.map(({ metadata }) => [metadata.name ?? '', []]))
  const known = new Set(byNode.keys())
  for (const pod of pods) {
    const name = targetNode(pod)
    if (name === undefined || (isPodTerminal(pod) && isLeaving(pod))) continue
    byNode.set(name, [...(byNode.get(name) ?? []), pod])
  }
  const fits = new Map(nodes.map((node) => [node.metadata.name ?? '', fit(node)]))
  return [...byNode].map(([name, on]) => ({
    name,
    fit: fits.get(name) ?? 'none',
    // Where the node is gone, who is on it is collected with it; who waits for it is waited for by nobody else.
    pods: known.has(name) ? inOrder(on) : on.filter(({ spec }) => !spec?.nodeName),
  }))
}

/** Puts one node in order. */
function manage(view: DaemonSetView, { name, fit, pods }: DaemonNode, waits: Duration[]): readonly DaemonStep[] {
  const drop = (pod: Pod): DaemonStep => ({ do: 'delete', pod, node: name })
  const staying = pods.filter((pod) => !isLeaving(pod))
  if (fit === 'none') return staying.map(drop)
  const create: DaemonStep[] = fit === 'run' ? [{ do: 'create', node: name }] : []
  if (pods.length === 0) return create

  const steps: DaemonStep[] = []
  const wait = view.backOff(name)
  for (const pod of staying) {
    const { phase } = pod.status ?? {}
    if (phase === 'Failed' && wait !== undefined) waits.push(wait)
    else if (phase === 'Failed' || phase === 'Succeeded') steps.push({ do: 'delete', pod, node: name, ended: phase })
  }
  const running = staying.filter((pod) => !isPodTerminal(pod))
  if (!allowsSurge(view.set)) return [...steps, ...running.slice(1).map(drop)]
  if (running.length === 0) return [...create, ...steps]
  return [...steps, ...surplus(view, running).map(drop)]
}

/** While an update surges, an old pod may stay beside a new one until the new one is available. */
function surplus(view: DaemonSetView, running: readonly Pod[]): readonly Pod[] {
  const isNew = (pod: Pod) => pod.metadata.labels?.['controller-revision-hash'] === view.hash
  const newest = running.find(isNew)
  const old = running.find((pod) => !isNew(pod))
  const isOver = newest !== undefined && old !== undefined && (!isPodReady(old) || isAvailable(view, newest))
  return running.filter((pod) => (pod !== newest && pod !== old) || (pod === old && isOver))
}

/** True for a pod that has been ready for as long as the set asks. */
export const isAvailable = ({ set, now }: DaemonSetView, pod: Pod): boolean =>
  isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now)

/** True for a pod on its way out. */
export const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined

/** How many nodes may have two pods during an update. */
export function surgeMax({ spec }: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {}
  return type === 'RollingUpdate' ? scaleIntOrPercent(rollingUpdate?.maxSurge ?? 0, desired, 'up') : 0
}

const allowsSurge = (set: DaemonSet): boolean => surgeMax(set, 1) > 0

/** Those that are on their node first, then the oldest. */
function inOrder(pods: readonly Pod[]): readonly Pod[] {
  const rank = ({ spec, metadata }: Pod) =>
    `${spec?.nodeName ? 0 : 1} ${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`
  return pods.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))
}

function statusOf(view: DaemonSetView, nodes: readonly DaemonNode[]): DaemonSetStatus {
  const desired = nodes.filter(({ fit }) => fit === 'run')
  const known = new Set(view.nodes.map(({ metadata }) => metadata.name))
  const firsts = desired.flatMap(({ pods }) => pods.slice(0, 1))
  const ready = firsts.filter(isPodReady)
  const available = ready.filter((pod) => isAvailable(view, pod))
  return {
    observedGeneration: view.set.metadata.generation ?? 0,
    desiredNumberScheduled: desired.length,
    currentNumberScheduled: firsts.length,
    numberMisscheduled: nodes.filter(({ name, fit, pods }) => known.has(name) && fit !== 'run' && pods.length > 0)
      .length,
    numberReady: ready.length,
    updatedNumberScheduled: firsts.filter((pod) => isUpdated(pod, view.set, view.hash)).length,
    numberAvailable: available.length,
    numberUnavailable: desired.length - available.length,
    ...(view.collisions > 0 ? { collisionCount: view.collisions } : {}),
  }
}
