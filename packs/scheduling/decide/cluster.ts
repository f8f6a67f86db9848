/**
 * One logical cluster as the scheduler sees it: its nodes with what is on them, and the pods that wait.
 *
 * Every change of an object changes it a little. A pod for which a node was chosen counts there at once: it is assumed
 * to be there, until the API shows it or refused it.
 */

import type { KubeObject } from '@muster/api/object.ts'
import { filterOfSelector } from '@muster/api/selector/label-selector.ts'
import type { Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '@muster/api/types/policy-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import type { PlacedPod } from '@muster/kernel/placement/fleet.ts'
import { Placement, type WaitingPod } from '@muster/kernel/placement/placement.ts'
import { createPodQueue, type Happening } from '@muster/kernel/placement/pod-queue.ts'
import type { Budget } from '@muster/kernel/placement/preempt.ts'
import { volumeNeeds } from './volumes.ts'

/** A cluster in the scheduler's eyes. */
export class Cluster {
  readonly placement = new Placement()
  readonly queue = createPodQueue()
  /** Pods without a node that ask for this scheduler, by uid. */
  readonly waiting = new Map<string, Pod>()
  readonly #schedulerName: string
  /** Where pods are taken to be that the API does not show there yet. */
  readonly #assumed = new Map<string, string>()
  readonly #claims = new Map<string, PersistentVolumeClaim>()
  readonly #volumes = new Map<string, PersistentVolume>()
  readonly #classes = new Map<string, StorageClass>()
  readonly #budgets = new Map<string, Budget>()

  constructor(schedulerName: string) {
    this.#schedulerName = schedulerName
  }

  claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#claims.get(`${namespace}/${name}`)
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#volumes.get(name)
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#classes.get(name)
  }

  get budgets(): readonly Budget[] {
    return [...this.#budgets.values()]
  }

  /** A pod as placement sees it. Throws BadRequest for one that cannot be read. */
  read(pod: Pod): WaitingPod {
    const { metadata, spec, status } = pod
    const disruption = status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
    const isTerminating = metadata.deletionTimestamp !== undefined
    return {
      uid: metadata.uid ?? '',
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      shape: this.placement.shapes.of(pod, volumeNeeds(pod, this)),
      priority: spec?.priority ?? 0,
      isTerminating,
      isPreempted: isTerminating && disruption?.status === 'True' && disruption.reason === 'PreemptionByScheduler',
      startedAt: status?.startTime ? Date.parse(status.startTime) : Number.POSITIVE_INFINITY,
      nominatedNode: status?.nominatedNodeName ?? '',
      mayPreempt: spec?.preemptionPolicy !== 'Never',
    }
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid)
  }

  /** Counts a pod on a node from now on. */
  assume(pod: WaitingPod, node: string): void {
    this.#assumed.set(pod.uid, node)
    this.placement.nominated.delete(pod.uid)
    this.placement.fleet.place(pod, node)
    this.queue.happened('pod came')
  }

  /** It is not there after all. */
  unassume(uid: string): void {
    if (!this.#assumed.delete(uid)) return
    this.placement.fleet.remove(uid)
    this.queue.happened('pod went')
  }

  /** Room is being made for a pod on a node; '' for nowhere. */
  nominate(pod: WaitingPod, node: string): void {
    if (node === '') this.placement.nominated.delete(pod.uid)
    else this.placement.nominated.set(pod.uid, { ...pod, nominatedNode: node })
  }

  podChanged(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const { nodeName = '' } = pod.spec ?? {}
    const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
    if (isOver) this.podGone(uid)
    else if (nodeName !== '') this.#isOn(pod, nodeName)
    else if (this.#isForUs(pod)) this.#waits(pod)
    else this.podGone(uid)
  }

  #isForUs({ metadata, spec }: Pod): boolean {
    const { schedulingGates = [], schedulerName = DEFAULT_SCHEDULER } = spec ?? {}
    return (
      schedulerName === this.#schedulerName && schedulingGates.length === 0 && metadata.deletionTimestamp === undefined
    )
  }

  #waits(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const before = this.waiting.get(uid)
    this.waiting.set(uid, pod)
    const changed = before !== undefined && before.metadata.generation !== pod.metadata.generation
    const since = Date.parse(pod.metadata.creationTimestamp ?? '') || 0
    this.queue.add(uid, { priority: pod.spec?.priority ?? 0, since }, { changed })
    const nominated = pod.status?.nominatedNodeName ?? ''
    if (!this.#assumed.has(uid) && nominated !== (before?.status?.nominatedNodeName ?? ''))
      this.nominate(this.read(pod), nominated)
  }

  podGone(uid: string): void {
    this.#waitsNoLonger(uid)
    this.#assumed.delete(uid)
    if (this.placement.fleet.nodeOf(uid) === undefined) return
    this.placement.fleet.remove(uid)
    this.queue.happened('pod went')
  }

  nodeChanged(node: Node): void {
    this.placement.fleet.setNode(node)
    this.queue.happened('node changed')
  }

  nodeGone(name: string): void {
    this.placement.fleet.dropNode(name)
    this.queue.happened('node changed')
  }

  /** Anything but pods and nodes; `isGone` when it was deleted. */
  otherChanged(object: Other, isGone: boolean): void {
    const { namespace = '', name = '', labels = {} } = object.metadata
    const keep = <T>(map: Map<string, T>, key: string, value: T, what?: Happening) => {
      if (isGone) map.delete(key)
      else map.set(key, value)
      if (what) this.queue.happened(what)
    }
    switch (object.kind) {
      case 'Namespace':
        this.placement.setNamespace(name, isGone ? undefined : labels)
        this.queue.happened('namespace changed')
        break
      case 'PersistentVolumeClaim':
        keep(this.#claims, `${namespace}/${name}`, object, 'volume changed')
        break
      case 'PersistentVolume':
        keep(this.#volumes, name, object, 'volume changed')
        break
      case 'StorageClass':
        keep(this.#classes, name, object, 'volume changed')
        break
      case 'PodDisruptionBudget':
        keep(this.#budgets, `${namespace}/${name}`, readBudget(object))
        break
      default:
        object satisfies never
    }
  }

  #isOn(pod: Pod, node: string): void {
    const uid = pod.metadata.uid ?? ''
    const { fleet } = this.placement
    this.#waitsNoLonger(uid)
    this.#assumed.delete(uid)
    const number = fleet.nodeOf(uid)
    const now = this.read(pod)
    const before = number === undefined ? undefined : fleet.podsOn(number).get(uid)
    const stays = number !== undefined && fleet.names[number] === node && before && isSame(before, now)
    if (stays) return
    fleet.place(now, node)
    // One that takes less, or is going, may make room.
    this.queue.happened(before ? 'pod went' : 'pod came')
  }

  #waitsNoLonger(uid: string): void {
    this.waiting.delete(uid)
    this.queue.forget(uid)
    this.placement.nominated.delete(uid)
  }
}

/** Objects beside pods and nodes that matter. */
export type Other = Namespace | PersistentVolumeClaim | PersistentVolume | StorageClass | PodDisruptionBudget

/** The scheduler of pods that name none. */
export const DEFAULT_SCHEDULER = 'default-scheduler'

/** True for one of {@link Other}. */
export const isOther = (object: KubeObject): object is Other => OTHERS.includes(object.kind)

const OTHERS: readonly string[] = [
  'Namespace',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'PodDisruptionBudget',
] satisfies readonly Other['kind'][]

const isSame = (one: PlacedPod, other: WaitingPod): boolean =>
  one.shape === other.shape &&
  one.priority === other.priority &&
  one.isTerminating === other.isTerminating &&
  one.isPreempted === other.isPreempted &&
  one.startedAt === other.startedAt

const readBudget = ({ metadata, spec, status }: PodDisruptionBudget): Budget => ({
  namespace: metadata.namespace ?? '',
  filter: filterOfSelector(spec?.selector),
  allowed: status?.disruptionsAllowed ?? 0,
  disrupted: new Set(Object.keys(status?.disruptedPods ?? {})),
})
