/**
 * The nodes of one cluster and what is on them, packed: each node has a number, each amount an array.
 *
 * Changed by one node and one pod at a time. Whoever keeps conclusions about nodes reads `nodeChanges` (a node became
 * another) and `loadChanges` (a pod came or went) and thinks again about those alone.
 */
import type { Node } from '@muster/api/types/core-v1.ts'
import { amountsOf } from './amounts.ts'
import { type ChangeLog, createChangeLog } from './change-log.ts'
import { ANY_ADDRESS, type HostPort, type PodShape, type Term } from './pod-shape.ts'
import { type Counted, grown, Tally, Topology } from './tally.ts'

/** A pod on a node. */
export interface PlacedPod extends Counted {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly priority: number
  /** When it started, in milliseconds; what has not started yet counts as the youngest. */
  readonly startedAt: number
  /** True while it goes because somebody more important needs its room. */
  readonly isPreempted: boolean
}

/** What pods that are placed already wish of others: that they stay away, or how welcome they are. */
export interface Carried {
  readonly term: Term
  /** Forbids pods that are meant, where `hard`; otherwise how much they are drawn here, or pushed away. */
  readonly weight: number | 'hard'
  readonly tally: Tally
  carriers: number
}

/** One resource on every node. */
export interface Column {
  /** How much a node has for pods. */
  has: Float64Array<ArrayBuffer>
  /** How much of it is taken. */
  taken: Float64Array<ArrayBuffer>
}

/** Nodes and what is on them. */
export class Fleet {
  readonly names: string[] = []
  /** By number; undefined where the node is not there, though pods may be on it. */
  readonly nodes: (Node | undefined)[] = []
  readonly nodeChanges: ChangeLog = createChangeLog()
  readonly loadChanges: ChangeLog = createChangeLog()
  /** How many nodes there are. */
  size = 0
  /** Grows with each change of anything. */
  version = 0
  /** Grows when the terms that placed pods carry are others, or the labels of namespaces. */
  termsVersion = 0
  podsMax = new Float64Array(0)
  usualCpu = new Float64Array(0)
  usualMemory = new Float64Array(0)
  readonly carried = new Map<string, Carried>()

  readonly #numbers = new Map<string, number>()
  readonly #free: number[] = []
  readonly #columns = new Map<string, Column>()
  readonly #podsOn: Map<string, PlacedPod>[] = []
  readonly #placedOn = new Map<string, number>()
  readonly #topologies = new Map<string, Topology>()
  readonly #tallies = new Set<Tally>()
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>()

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name)
  }

  /** The amounts of a resource; the same value for as long as the fleet is. */
  column(resource: string): Column {
    const known = this.#columns.get(resource)
    if (known) return known
    const column = { has: new Float64Array(0), taken: new Float64Array(0) }
    this.#columns.set(resource, column)
    return column
  }

  podsOn(node: number): ReadonlyMap<string, PlacedPod> {
    return this.#podsOn[node] ?? NO_PODS
  }

  /** Where a pod is. */
  nodeOf(uid: string): number | undefined {
    return this.#placedOn.get(uid)
  }

  labelsOf(namespace: string): Readonly<Record<string, string>> {
    return this.#namespaces.get(namespace) ?? NO_LABELS
  }

  setNamespace(name: string, labels: Readonly<Record<string, string>> | undefined): void {
    if (JSON.stringify(this.#namespaces.get(name)) === JSON.stringify(labels)) return
    if (labels) this.#namespaces.set(name, labels)
    else this.#namespaces.delete(name)
    this.termsVersion++
    this.version++
  }

  /** A node as it is now. */
  setNode(node: Node): void {
    const number = this.#slot(node.metadata.name ?? '')
    if (!this.nodes[number]) this.size++
    this.nodes[number] = node
    const { pods = 0, ...amounts } = amountsOf(node.status?.allocatable)
    this.podsMax[number] = pods
    for (const { has } of this.#columns.values()) if (number < has.length) has[number] = 0
    for (const [resource, amount] of Object.entries(amounts)) {
      const column = this.column(resource)
      column.has = grown(column.has, number + 1, 0)
      column.has[number] = amount
    }
    this.#moved(number)
  }

  dropNode(name: string): void {
    const number = this.#numbers.get(name)
    if (number === undefined || !this.nodes[number]) return
    this.size--
    this.nodes[number] = undefined
    this.#moved(number)
    this.#freeIfEmpty(number)
  }

  /** Puts a pod on a node, wherever it was before. A node that is not there may come later. */
  place(pod: PlacedPod, nodeName: string): void {
    this.remove(pod.uid)
    this.#load(pod, this.#slot(nodeName), 1)
  }

  /** Takes a pod away; one that is not there is none. */
  remove(uid: string): void {
    const number = this.#placedOn.get(uid)
    const pod = number === undefined ? undefined : this.#podsOn[number]?.get(uid)
    if (number === undefined || !pod) return
    this.#load(pod, number, -1)
    this.#freeIfEmpty(number)
  }

  /** True when none of these ports of the node is taken. */
  hasFree(ports: readonly HostPort[], node: number): boolean {
    if (ports.length === 0) return true
    for (const { shape } of this.podsOn(node).values()) {
      if (shape.ports.some((taken) => ports.some((asked) => collide(taken, asked)))) return false
    }
    return true
  }

  /** The topology of a label; made when it is first asked for. */
  topology(key: string): Topology {
    const known = this.#topologies.get(key)
    if (known) return known
    const topology = new Topology(key)
    this.#topologies.set(key, topology)
    for (const number of this.nodes.keys()) topology.move(number, this.#value(number, key))
    return topology
  }

  /** Keeps a tally up to date from now on. */
  addTally(tally: Tally): void {
    for (const [number, pods] of this.#podsOn.entries())
      for (const pod of pods.values()) if (tally.counts(pod)) tally.change(number, 1)
    for (const [number, node] of this.nodes.entries()) if (node) tally.enter(number)
    this.#tallies.add(tally)
  }

  dropTally(tally: Tally): void {
    this.#tallies.delete(tally)
  }

  #slot(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#free.pop() ?? this.names.length
    this.#numbers.set(name, number)
    this.names[number] = name
    this.nodes[number] = undefined
    this.#podsOn[number] = new Map()
    this.podsMax = grown(this.podsMax, number + 1, 0)
    this.usualCpu = grown(this.usualCpu, number + 1, 0)
    this.usualMemory = grown(this.usualMemory, number + 1, 0)
    return number
  }

  #freeIfEmpty(number: number): void {
    if (this.nodes[number] || this.podsOn(number).size > 0) return
    this.#numbers.delete(this.names[number] ?? '')
    this.#free.push(number)
  }

  #value(number: number, key: string): string | undefined {
    return this.nodes[number]?.metadata.labels?.[key]
  }

  #moved(number: number): void {
    for (const tally of this.#tallies) tally.leave(number)
    for (const topology of this.#topologies.values()) topology.move(number, this.#value(number, topology.key))
    if (this.nodes[number]) for (const tally of this.#tallies) tally.enter(number)
    this.nodeChanges.note(number)
    this.version++
  }

  #load(pod: PlacedPod, number: number, by: 1 | -1): void {
    const { shape, uid } = pod
    const pods = this.#podsOn[number]
    // Before it is there: a tally that is new counts what it finds.
    if (by === 1) this.#carry(shape, by)
    if (by === 1) {
      pods?.set(uid, pod)
      this.#placedOn.set(uid, number)
    } else {
      pods?.delete(uid)
      this.#placedOn.delete(uid)
    }
    for (const resource in shape.requests) {
      const column = this.column(resource)
      column.taken = grown(column.taken, number + 1, 0)
      column.taken[number] = (column.taken[number] ?? 0) + by * (shape.requests[resource] ?? 0)
    }
    this.usualCpu[number] = (this.usualCpu[number] ?? 0) + by * shape.usual.cpu
    this.usualMemory[number] = (this.usualMemory[number] ?? 0) + by * shape.usual.memory
    for (const tally of this.#tallies) if (tally.counts(pod)) tally.change(number, by)
    if (by === -1) this.#carry(shape, by)
    this.loadChanges.note(number)
    this.version++
  }

  #carry(shape: PodShape, by: 1 | -1): void {
    for (const [key, { term, weight }] of termsCarried(shape)) {
      let carried = this.carried.get(key)
      if (!carried) {
        const tally = new Tally(this.topology(term.topologyKey), {
          counts: (pod) => termsCarried(pod.shape).has(key),
        })
        carried = { term, weight, tally, carriers: 0 }
        this.carried.set(key, carried)
        this.addTally(tally)
        this.termsVersion++
      }
      carried.carriers += by
      if (carried.carriers > 0) continue
      this.carried.delete(key)
      this.dropTally(carried.tally)
      this.termsVersion++
    }
  }
}

/** A required affinity draws others as much as a preferred one of this weight. Source: kube-scheduler HardPodAffinityWeight. */
const REQUIRED_DRAWS = 1

type CarriedTerms = ReadonlyMap<string, Pick<Carried, 'term' | 'weight'>>
const carriedBy = new WeakMap<PodShape, CarriedTerms>()

function termsCarried(shape: PodShape): CarriedTerms {
  const known = carriedBy.get(shape)
  if (known) return known
  const terms = [
    ...shape.apart.map((term) => ({ term, weight: 'hard' as const })),
    ...shape.together.map((term) => ({ term, weight: REQUIRED_DRAWS })),
    ...shape.wishes,
  ]
  const carried = new Map(terms.map((one) => [`${one.weight} ${one.term.key}`, one]))
  carriedBy.set(shape, carried)
  return carried
}

const NO_PODS: ReadonlyMap<string, PlacedPod> = new Map()
const NO_LABELS: Readonly<Record<string, string>> = {}

/** One of every address takes the port of each. */
const collide = (one: HostPort, other: HostPort): boolean =>
  one.port === other.port &&
  one.protocol === other.protocol &&
  (one.ip === other.ip || one.ip === ANY_ADDRESS || other.ip === ANY_ADDRESS)
