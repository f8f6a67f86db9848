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

/** The plan for the nodes of a cluster. */
export function planEviction(nodes: readonly Node[]): EvictionPlan {
  const zones = [...Map.groupBy(nodes, zoneOf)].map(([zone, all]) => ({ zone, size: all.length, state: stateOf(all) }))
  const isAllBroken = zones.length > 0 && zones.every(({ state }) => state === 'FullDisruption')
  const rateOf = (state: ZoneState, size: number): Rate => {
    if (isAllBroken) return NEVER
    if (state !== 'PartialDisruption') return NORMAL
    return size > LARGE_CLUSTER ? SLOW : NEVER
  }
  return { isAllBroken, rates: new Map(zones.map(({ zone, size, state }) => [zone, rateOf(state, size)])) }
}

function stateOf(nodes: readonly Node[]): ZoneState {
  const broken = nodes.filter((node) => evictingTaint(node) !== undefined).length
  if (broken === nodes.length && broken > 0) return 'FullDisruption'
  return broken > FEW && broken / nodes.length >= UNHEALTHY_SHARE ? 'PartialDisruption' : 'Normal'
}

/** The taints of a node once it is emptied for this reason, or for none; undefined when it has them already. */
export function withEvictingTaint({ spec = {} }: Node, wanted: string | undefined, now: string): Taint[] | undefined {
  const taints = spec.taints ?? []
  const isOurs = ({ key, effect }: Taint) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE)
  const kept = taints.filter((taint) => !isOurs(taint) || taint.key === wanted)
  const hasIt = kept.some(isOurs)
  if (kept.length === taints.length && (wanted === undefined || hasIt)) return undefined
  // One for another: the time that pods were given goes on.
  const timeAdded = taints.find(isOurs)?.timeAdded ?? now
  return wanted === undefined || hasIt ? kept : [...kept, { key: wanted, effect: 'NoExecute', timeAdded }]
}
