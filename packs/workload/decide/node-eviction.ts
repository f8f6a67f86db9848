/**
 * Which nodes lose their pods because they are not well, and how many at a time. Pure.
 *
 * One broken node is emptied. When most nodes of a zone break, the zone or the way to it is broken: they are emptied
 * slowly, or not at all. When all break, it is us: nothing is taken from anybody.
 *
 * Source: kubernetes pkg/controller/nodelifecycle ComputeZoneState, handleDisruption, setLimiterInZone.
 */
import type { Node, Taint } from '@muster/api/types/core-v1.ts'
import type { Rate } from '@muster/kernel/budget/token-bucket.ts'

/** How many nodes of a zone are not well. */
export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption'

/** Source of all four: kube-controller-manager's defaults. */
const NORMAL: Rate = { perSecond: 0.1, burst: 1 }
const SLOW: Rate = { perSecond: 0.01, burst: 1 }
const NEVER: Rate = { perSecond: 0, burst: 1 }
const UNHEALTHY_SHARE = 0.55
const LARGE_CLUSTER = 50
/** Fewer than this are no sign of anything. */
const FEW = 2

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'

/** The zone of a node, as spreading and disruption see it. */
export const zoneOf = ({ metadata: { labels = {} } }: Node): string =>
  `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`

/** The taint that empties a node; undefined for one that is well. */
export function evictingTaint({ status }: Node): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  if (ready === 'False') return NOT_READY
  return ready === 'Unknown' ? UNREACHABLE : undefined
}

/** What may be done in each zone. */
export interface EvictionPlan {
  /** By zone: how often a node may be emptied. */
  readonly rates: ReadonlyMap<string, Rate>
  /** All that there is seems broken: nobody is emptied, and who is to be is let be. */
  readonly isAllBroken: boolean
}

interface Zone {
  size: number
  broken: number
}

/** The nodes of a cluster, counted as they change: of thousands of them, only those in trouble are looked at. */
export class NodeCensus {
  readonly #nodes = new Map<string, { readonly zone: string; readonly isBroken: boolean }>()
  readonly #zones = new Map<string, Zone>()
  readonly #troubled = new Set<string>()

  /** The names of those that are not well, or that have a taint which says so. */
  get troubled(): ReadonlySet<string> {
    return this.#troubled
  }

  /** Takes in a node as it is now. */
  put(node: Node): void {
    const { name = '' } = node.metadata
    this.drop(name)
    const counted = { zone: zoneOf(node), isBroken: evictingTaint(node) !== undefined }
    this.#nodes.set(name, counted)
    this.#count(counted, 1)
    if (counted.isBroken || (node.spec?.taints ?? []).some(isEvicting)) this.#troubled.add(name)
  }

  /** Forgets a node. */
  drop(name: string): void {
    const counted = this.#nodes.get(name)
    if (!counted) return
    this.#nodes.delete(name)
    this.#troubled.delete(name)
    this.#count(counted, -1)
  }

  /** What may be done now. */
  plan(): EvictionPlan {
    const zones = [...this.#zones].map(([zone, counts]) => ({ zone, size: counts.size, state: stateOf(counts) }))
    const isAllBroken = zones.length > 0 && zones.every(({ state }) => state === 'FullDisruption')
    const rateOf = (state: ZoneState, size: number): Rate => {
      if (isAllBroken) return NEVER
      if (state !== 'PartialDisruption') return NORMAL
      return size > LARGE_CLUSTER ? SLOW : NEVER
    }
    return { isAllBroken, rates: new Map(zones.map(({ zone, size, state }) => [zone, rateOf(state, size)])) }
  }

  #count({ zone, isBroken }: { readonly zone: string; readonly isBroken: boolean }, by: 1 | -1): void {
    const counts = this.#zones.get(zone) ?? { size: 0, broken: 0 }
    counts.size += by
    if (isBroken) counts.broken += by
    if (counts.size > 0) this.#zones.set(zone, counts)
    else this.#zones.delete(zone)
  }
}

function stateOf({ size, broken }: Zone): ZoneState {
  if (broken === size && broken > 0) return 'FullDisruption'
  return broken > FEW && broken / size >= UNHEALTHY_SHARE ? 'PartialDisruption' : 'Normal'
}

const isEvicting = ({ key, effect }: Taint): boolean =>
  effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE)

/** The taints of a node once it is emptied for this reason, or for none; undefined when it has them already. */
export function withEvictingTaint({ spec = {} }: Node, wanted: string | undefined, now: string): Taint[] | undefined {
  const taints = spec.taints ?? []
  const kept = taints.filter((taint) => !isEvicting(taint) || taint.key === wanted)
  const hasIt = kept.some(isEvicting)
  if (kept.length === taints.length && (wanted === undefined || hasIt)) return undefined
  // One for another: the time that pods were given goes on.
  const timeAdded = taints.find(isEvicting)?.timeAdded ?? now
  return wanted === undefined || hasIt ? kept : [...kept, { key: wanted, effect: 'NoExecute', timeAdded }]
}
