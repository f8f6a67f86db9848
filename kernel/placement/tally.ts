/**
 * How many pods of some kind are in each part of a cluster: per zone, per node, per value of whatever label.
 *
 * Kept up to date by one pod and one node at a time, so that asking costs nothing.
 */
import type { PodShape } from './pod-shape.ts'

/** Which part of the cluster each node is in, by the value of one label. */
export class Topology {
  readonly key: string
  /** The part of each node by its number; -1 for one without the label, or that is not there. */
  partOf = new Int32Array(0)
  readonly #parts = new Map<string, number>()

  constructor(key: string) {
    this.key = key
  }

  /** How many parts there ever were. */
  get size(): number {
    return this.#parts.size
  }

  move(node: number, value: string | undefined): void {
    this.partOf = grown(this.partOf, node + 1, -1)
    this.partOf[node] = value === undefined ? -1 : this.#numberOf(value)
  }

  #numberOf(value: string): number {
    const known = this.#parts.get(value)
    if (known !== undefined) return known
    this.#parts.set(value, this.#parts.size)
    return this.#parts.size - 1
  }
}

/** A pod as tallies see it. */
export interface Counted {
  readonly shape: PodShape
  readonly isTerminating: boolean
}

/** What is counted, and on which nodes. */
export interface TallyRule {
  counts(pod: Counted): boolean
  /** Default: on every node with the label. */
  includes?(node: number): boolean
}

/** Counts of one kind of pods by the parts of one topology. */
export class Tally {
  readonly topology: Topology
  readonly #rule: TallyRule
  /** How many there are on each node, whether it is included or not. */
  #onNode = new Int32Array(0)
  /** The part in which a node is counted; -1 for none. */
  #countedIn = new Int32Array(0)
  /** How many there are in each part. */
  inPart = new Int32Array(0)
  #nodesInPart = new Int32Array(0)
  /** How many parts have so many pods. */
  readonly #partsWith = new Map<number, number>()
  #least = 0
  /** Parts that have a node that is included. */
  parts = 0
  /** Pods that are counted anywhere. */
  total = 0

  constructor(topology: Topology, rule: TallyRule) {
    this.topology = topology
    this.#rule = rule
  }

  counts(pod: Counted): boolean {
    return this.#rule.counts(pod)
  }

  /** In the part of a node; 0 where it is in none. */
  at(node: number): number {
    const part = this.topology.partOf[node] ?? -1
    return part < 0 ? 0 : (this.inPart[part] ?? 0)
  }

  /** On one node alone. */
  on(node: number): number {
    return this.#onNode[node] ?? 0
  }

  /** In the part that has fewest; 0 where there is no part. */
  get least(): number {
    if (this.parts === 0) return 0
    while (!this.#partsWith.get(this.#least)) this.#least++
    return this.#least
  }

  /** Takes account of a pod that came to a node, or left it. */
  change(node: number, by: 1 | -1): void {
    this.#onNode = grown(this.#onNode, node + 1, 0)
    this.#onNode[node] = this.on(node) + by
    const part = this.#countedIn[node] ?? -1
    if (part >= 0) this.#add(part, by)
  }

  /** Takes account of a node as it is now. */
  enter(node: number): void {
    this.leave(node)
    const part = this.topology.partOf[node] ?? -1
    if (part < 0 || this.#rule.includes?.(node) === false) return
    this.#countedIn = grown(this.#countedIn, node + 1, -1)
    this.inPart = grown(this.inPart, part + 1, 0)
    this.#nodesInPart = grown(this.#nodesInPart, part + 1, 0)
    this.#countedIn[node] = part
    const nodes = this.#nodesInPart[part] ?? 0
    this.#nodesInPart[part] = nodes + 1
    if (nodes === 0) {
      this.parts++
      this.#mark(this.inPart[part] ?? 0, 1)
    }
    this.#add(part, this.on(node))
  }

  /** Takes a node out of account. */
  leave(node: number): void {
    const part = this.#countedIn[node] ?? -1
    if (part < 0) return
    this.#add(part, -this.on(node))
    this.#countedIn[node] = -1
    const nodes = (this.#nodesInPart[part] ?? 0) - 1
    this.#nodesInPart[part] = nodes
    if (nodes > 0) return
    this.parts--
    this.#mark(this.inPart[part] ?? 0, -1)
  }

  #add(part: number, by: number): void {
    if (by === 0) return
    const before = this.inPart[part] ?? 0
    this.#mark(before, -1)
    this.inPart[part] = before + by
    this.#mark(before + by, 1)
    this.total += by
  }

  #mark(count: number, by: 1 | -1): void {
    const parts = (this.#partsWith.get(count) ?? 0) + by
    if (parts > 0) this.#partsWith.set(count, parts)
    else this.#partsWith.delete(count)
    if (by === 1 && count < this.#least) this.#least = count
  }
}

type Packed = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** The array, or a copy of twice its length where it is too short; what is new in it has `empty`. */
export function grown<Numbers extends Packed>(array: Numbers, length: number, empty: number): Numbers {
  if (array.length >= length) return array
  const Kind = array.constructor as new (length: number) => Numbers // The same kind of array.
  const larger = new Kind(Math.max(length, array.length * 2, 16))
  larger.set(array)
  larger.fill(empty, array.length)
  return larger
}
