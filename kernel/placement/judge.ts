/**
 * Which nodes will do for pods of one shape.
 *
 * What follows from a node alone, and from the load on it, is kept for all who ask the same (`node-fit.ts`,
 * `load-fit.ts`). What follows from other pods elsewhere is read off tallies.
 */
import { matchesRequiredAffinity } from '@muster/api/scheduling/node-affinity.ts'
import { findUntoleratedTaint } from '@muster/api/scheduling/tolerations.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import type { Carried, Fleet } from './fleet.ts'
import type { LoadFit } from './load-fit.ts'
import { HARD_EFFECTS, type NodeFit } from './node-fit.ts'
import { isMeant, type PodShape, type Spread, type Term } from './pod-shape.ts'
import { REFUSALS, type Refusal } from './refusals.ts'
import { Tally } from './tally.ts'

/** A spread constraint and the pods that it counts. */
export interface CountedSpread extends Spread {
  readonly tally: Tally
  /** 1 where the pod itself is one of those that are spread. */
  readonly self: 0 | 1
}

/** Pods that are wished near, or far. */
export interface CountedWish {
  readonly tally: Tally
  readonly weight: number
}

/** How many nodes were found, the one with the best load score of them, or -1, and where the look ended. */
export interface Found {
  readonly count: number
  readonly best: number
  readonly next: number
}

/** What is known of every node for pods of one shape. */
export class Judge {
  readonly shape: PodShape
  readonly nodes: NodeFit
  readonly load: LoadFit
  readonly softSpread: readonly CountedSpread[]
  /** Wishes of this pod, and of placed pods that mean this one. */
  wishes: readonly CountedWish[] = []

  /** True where all that tells one node from another is the load on it. */
  get comparesLoadAlone(): boolean {
    return this.nodes.tainted + this.nodes.preferred + this.softSpread.length + this.wishes.length === 0
  }

  readonly #fleet: Fleet
  readonly #hardSpread: readonly CountedSpread[]
  readonly #together: readonly Tally[]
  readonly #apart: readonly Tally[]
  readonly #ownWishes: readonly CountedWish[]
  readonly #meansItself: boolean
  #kept: readonly Tally[] = []
  #termsRead = -1

  constructor(fleet: Fleet, shape: PodShape, fits: { readonly nodes: NodeFit; readonly load: LoadFit }) {
    this.#fleet = fleet
    this.shape = shape
    this.nodes = fits.nodes
    this.load = fits.load
    const { together, apart, wishes, spread } = shape
    const counted = (constraint: Spread): CountedSpread => ({
      ...constraint,
      tally: this.#countSpread(
        constraint,
        spread.filter(({ isHard }) => isHard === constraint.isHard),
      ),
      self: matchesLabels(constraint.filter, shape.labels) ? 1 : 0,
    })
    this.#hardSpread = spread.filter(({ isHard }) => isHard).map(counted)
    this.softSpread = spread.filter(({ isHard }) => !isHard).map(counted)
    // A pod must be meant by every term to count for one.
    this.#together = together.map(({ topologyKey }) => this.#countMeant(topologyKey, together))
    this.#apart = apart.map((term) => this.#countMeant(term.topologyKey, [term]))
    this.#ownWishes = wishes.map(({ term, weight }) => ({ weight, tally: this.#countMeant(term.topologyKey, [term]) }))
    this.#meansItself = together.every((term) => isMeant(term, shape, fleet.labelsOf(shape.namespace)))
  }

  /** Reads what has changed since the last time. */
  catchUp(): void {
    this.nodes.catchUp()
    this.load.catchUp()
    if (this.#termsRead !== this.#fleet.termsVersion) this.#readTerms()
  }

  /** True where nothing refuses a node. */
  accepts(node: number): boolean {
    return this.nodes.allows[node] === 1 && this.load.hasRoom[node] === 1 && !this.othersRefuse(node)
  }

  /**
   * Finds nodes that nothing refuses, beginning with one and going around, until there are as many as `found` holds.
   * Kept plain: it looks at thousands of nodes for each pod.
   */
  find(from: number, found: Int32Array): Found {
    const { allows } = this.nodes
    const { hasRoom, score: scores } = this.load
    const slots = this.#fleet.names.length
    const enough = found.length
    const [first] = this.#hardSpread
    const partOf = first?.tally.topology.partOf ?? NO_NUMBERS
    const inPart = first?.tally.inPart ?? NO_NUMBERS
    const most = first ? mostIn(first) : 0
    const asksMore = this.#hardSpread.length > 1 || this.#together.length + this.#apart.length + this.#kept.length > 0
    let node = from < slots ? from : 0
    let count = 0
    let best = -1
    let bestScore = -1
    for (let looked = 0; looked < slots && count < enough; looked++) {
      const here = node++
      if (node === slots) node = 0
      // The rule that refuses most nodes comes first.
      if (first) {
        const part = partOf[here] ?? -1
        if (part < 0 || (inPart[part] ?? 0) > most) continue
      }
      if (allows[here] !== 1 || hasRoom[here] !== 1) continue
      if (asksMore && this.othersRefuse(here)) continue
      found[count++] = here
      const score = scores[here] ?? 0
      if (score <= bestScore) continue
      best = here
      bestScore = score
    }
    return { count, best, next: node }
  }

  /** What pods elsewhere say against a node. */
  othersRefuse(node: number): Refusal | undefined {
    for (const spread of this.#hardSpread) {
      if ((spread.tally.topology.partOf[node] ?? -1) < 0) return REFUSALS.noTopology
      if (spread.tally.at(node) > mostIn(spread)) return REFUSALS.skewed
    }
    if (this.#together.length > 0 && !this.#isTogether(node)) return REFUSALS.notTogether
    for (const tally of this.#apart) if (tally.at(node) > 0) return REFUSALS.notApart
    for (const tally of this.#kept) if (tally.at(node) > 0) return REFUSALS.keptAway
    return undefined
  }

  /** What the first rule that refuses a node says, in kube-scheduler's order of rules; empty where none does. */
  refusals(node: number): readonly Refusal[] {
    const own = this.nodes.refusal(node)
    if (own && own.constraint !== 'VolumeBinding') return [own]
    const load = this.load.refusals(node)
    if (load.length > 0) return load
    const rest = own ?? this.othersRefuse(node)
    return rest ? [rest] : []
  }

  /** Nobody keeps its tallies up to date any longer. */
  close(): void {
    const spread = [...this.#hardSpread, ...this.softSpread, ...this.#ownWishes].map(({ tally }) => tally)
    for (const tally of [...spread, ...this.#together, ...this.#apart]) this.#fleet.dropTally(tally)
  }

  /** The first of several that want to be together finds none of them; it may begin anywhere. */
  #isTogether(node: number): boolean {
    let found = true
    for (const tally of this.#together) {
      if ((tally.topology.partOf[node] ?? -1) < 0) return false
      if (tally.at(node) === 0) found = false
    }
    return found || (this.#meansItself && this.#together.every(({ total }) => total === 0))
  }

  #readTerms(): void {
    const fleet = this.#fleet
    this.#termsRead = fleet.termsVersion
    const labels = fleet.labelsOf(this.shape.namespace)
    const meant = [...fleet.carried.values()].filter(({ term }) => isMeant(term, this.shape, labels))
    this.#kept = meant.filter(({ weight }) => weight === 'hard').map(({ tally }) => tally)
    this.wishes = [...this.#ownWishes, ...meant.flatMap(asWish)]
  }

  #countMeant(topologyKey: string, terms: readonly Term[]): Tally {
    const fleet = this.#fleet
    const means = remember((shape) => terms.every((term) => isMeant(term, shape, fleet.labelsOf(shape.namespace))))
    const tally = new Tally(fleet.topology(topologyKey), { counts: ({ shape }) => means(shape) })
    fleet.addTally(tally)
    return tally
  }

  /** Only nodes count that have the labels of all constraints of the same kind. */
  #countSpread(constraint: Spread, alike: readonly Spread[]): Tally {
    const fleet = this.#fleet
    const { namespace, spec } = this.shape
    const { filter, honorsAffinity, honorsTaints } = constraint
    const isSpread = remember((other) => other.namespace === namespace && matchesLabels(filter, other.labels))
    const topologies = alike.map(({ topologyKey }) => fleet.topology(topologyKey))
    // An empty selector counts nobody. Source: podtopologyspread countPodsMatchSelector.
    const countsAny = filter.length > 0
    const tally = new Tally(fleet.topology(constraint.topologyKey), {
      counts: ({ shape, isTerminating }) => countsAny && !isTerminating && isSpread(shape),
      includes(number) {
        const node = fleet.nodes[number]
        if (!node || topologies.some(({ partOf }) => (partOf[number] ?? -1) < 0)) return false
        if (honorsAffinity && !matchesRequiredAffinity(spec, node)) return false
        return !honorsTaints || !findUntoleratedTaint(node.spec?.taints, spec.tolerations, HARD_EFFECTS)
      },
    })
    fleet.addTally(tally)
    return tally
  }
}

/** How many a part may hold before the pod comes to it. With fewer parts than there should be, an empty one is imagined. */
const mostIn = ({ tally, maxSkew, minDomains, self }: CountedSpread): number =>
  maxSkew - self + (tally.parts < minDomains ? 0 : tally.least)

const NO_NUMBERS = new Int32Array(0)

const asWish = ({ tally, weight }: Carried): CountedWish[] => (weight === 'hard' ? [] : [{ tally, weight }])

/** An answer is found once for each shape. */
function remember(ask: (shape: PodShape) => boolean): (shape: PodShape) => boolean {
  const answers = new WeakMap<PodShape, boolean>()
  return (shape) => {
    const known = answers.get(shape)
    if (known !== undefined) return known
    const answer = ask(shape)
    answers.set(shape, answer)
    return answer
  }
}
