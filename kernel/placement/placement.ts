/** Where pods go: the nodes as they are, with what has been promised, and one decision at a time. */
import { choose, scoreOf } from './choose.ts'
import { Fleet, type PlacedPod } from './fleet.ts'
import { Judge } from './judge.ts'
import { LoadFit } from './load-fit.ts'
import { NodeFit } from './node-fit.ts'
import { createShapes, type PodShape } from './pod-shape.ts'
import { type Unplaceable, volumesNotReady } from './refusals.ts'

/** A pod that waits for a node. */
export interface WaitingPod extends PlacedPod {
  /** Where room is being made for it; empty for nowhere. */
  readonly nominatedNode: string
  /** False for one that only goes first, and sends nobody away. */
  readonly mayPreempt: boolean
}

/** What becomes of a pod. */
export type Decision =
  | { readonly decision: 'place'; readonly node: string }
  | { readonly decision: 'refuse'; readonly why: Unplaceable }

/** A node that was not taken, and why. */
export interface Alternative {
  readonly node: string
  readonly why: string
}

/** As many alternatives are told of a decision, of so many nodes that are looked at for them. */
const ALTERNATIVES_MAX = 5
const ALSO_GOOD_MAX = 3
const LOOKED_AT_MAX = 32

/** Shapes of which conclusions are kept; the one that was asked for longest ago goes first. */
export const KEPT_MAX = 64

/** One cluster, as placement sees it. */
export class Placement {
  readonly fleet = new Fleet()
  readonly shapes = createShapes()
  /** Pods that are promised a node, and do not have it yet. */
  readonly nominated = new Map<string, WaitingPod>()
  readonly #judges = new Map<PodShape, Judge>()
  readonly #nodeFits = new Map<string, NodeFit>()
  readonly #loadFits = new Map<string, LoadFit>()
  /** The last refusal of each shape: it holds for its siblings until something changes. */
  readonly #refusals = new WeakMap<PodShape, { readonly version: number; readonly why: Unplaceable }>()
  #from = 0

  /** Decides about a pod, and changes nothing. */
  decide(pod: WaitingPod): Decision {
    const { shape } = pod
    const { fleet } = this
    const refuse = (why: Unplaceable): Decision => ({ decision: 'refuse', why })
    if (fleet.size === 0) return refuse({ nodes: 0, refused: [] })
    const { refusal } = shape.volumes
    if (refusal !== undefined) return refuse({ nodes: fleet.size, atOnce: volumesNotReady(refusal), refused: [] })
    const judge = this.judgeOf(shape)
    const node = this.withNominated(pod, () => {
      judge.catchUp()
      const promised = fleet.numberOf(pod.nominatedNode)
      if (promised !== undefined && judge.accepts(promised)) return promised
      const choice = choose(judge, fleet.size, this.#from)
      this.#from = choice.next
      return choice.node
    })
    judge.catchUp()
    // What is only promised keeps others away, and draws nobody near.
    if (node >= 0 && judge.accepts(node)) return { decision: 'place', node: fleet.names[node] ?? '' }
    return refuse(this.withNominated(pod, () => this.explain(shape)))
  }

  /**
   * What a decision for a node did not take: the next best, and then some that would not do. Of a large fleet those that
   * come after the node taken. Ask before the pod is counted there.
   */
  alternatives({ shape }: WaitingPod, taken: string): readonly Alternative[] {
    const { names, nodes } = this.fleet
    const at = this.fleet.numberOf(taken)
    if (at === undefined) return []
    const judge = this.judgeOf(shape)
    judge.catchUp()
    const others = Array.from(
      { length: Math.min(LOOKED_AT_MAX, names.length - 1) },
      (_, n) => (at + n + 1) % names.length,
    ).filter((number) => nodes[number])
    const good = others.filter((number) => judge.accepts(number))
    const [score = 0, ...scores] = scoreOf(judge, [at, ...good])
    const next = good
      .map((number, place) => ({ number, score: scores[place] ?? 0 }))
      .toSorted((one, other) => other.score - one.score)
      .slice(0, ALSO_GOOD_MAX)
      .map(({ number, score: own }) => ({
        node: names[number] ?? '',
        why: `it would do: score ${own}, the one taken ${score}`,
      }))
    const refused = others
      .filter((number) => !judge.accepts(number))
      .map((number) => ({
        node: names[number] ?? '',
        why: judge
          .refusals(number)
          .map(({ reason }) => reason)
          .join(', '),
      }))
    return [...next, ...refused].slice(0, ALTERNATIVES_MAX)
  }

  /** Why each node is refused, as things are. */
  explain(shape: PodShape): Unplaceable {
    const { fleet } = this
    const known = this.#refusals.get(shape)
    if (known?.version === fleet.version) return known.why
    const judge = this.judgeOf(shape)
    judge.catchUp()
    const refused = [...fleet.nodes.keys()]
      .filter((number) => fleet.nodes[number])
      .map((number) => ({ node: fleet.names[number] ?? '', refusals: judge.refusals(number) }))
    const why = { nodes: fleet.size, refused }
    this.#refusals.set(shape, { version: fleet.version, why })
    return why
  }

  /** What is known for a shape; it must catch up before it is asked. */
  judgeOf(shape: PodShape): Judge {
    return recent(
      this.#judges,
      shape,
      () => this.#newJudge(shape),
      (judge) => judge.close(),
    )
  }

  #newJudge(shape: PodShape): Judge {
    const { fleet } = this
    return new Judge(fleet, shape, {
      nodes: recent(this.#nodeFits, shape.nodeKey, () => new NodeFit(fleet, shape)),
      load: recent(this.#loadFits, shape.loadKey, () => new LoadFit(fleet, shape)),
    })
  }

  /** Namespaces by their labels are part of what terms mean. */
  setNamespace(name: string, labels: Readonly<Record<string, string>> | undefined): void {
    const before = this.fleet.termsVersion
    this.fleet.setNamespace(name, labels)
    if (this.fleet.termsVersion === before) return
    for (const judge of this.#judges.values()) judge.close()
    this.#judges.clear()
  }

  /** Asks with pods in place that are promised a node and are as important as this one, or more. */
  withNominated<Answer>(pod: WaitingPod, ask: () => Answer): Answer {
    if (this.nominated.size === 0) return ask()
    const others = [...this.nominated.values()].filter(
      ({ uid, priority, nominatedNode }) =>
        uid !== pod.uid && priority >= pod.priority && this.fleet.numberOf(nominatedNode) !== undefined,
    )
    for (const other of others) this.fleet.place(other, other.nominatedNode)
    try {
      return ask()
    } finally {
      for (const { uid } of others) this.fleet.remove(uid)
    }
  }
}

/** The value of a key, made where there is none. Of those that were not asked for lately, some are given up. */
function recent<Key, Value>(
  values: Map<Key, Value>,
  key: Key,
  make: () => Value,
  giveUp?: (value: Value) => void,
): Value {
  const value = values.get(key) ?? make()
  values.delete(key)
  values.set(key, value)
  if (values.size <= KEPT_MAX) return value
  for (const [oldest, old] of values) {
    values.delete(oldest)
    giveUp?.(old)
    break
  }
  return value
}
