/** Why a node is refused, in the words of kube-scheduler v1.36, and how many nodes for which reason. */

/** The rule that refused, by the name of kube-scheduler's plugin. */
export type Constraint =
  | 'NodeUnschedulable'
  | 'TaintToleration'
  | 'NodeAffinity'
  | 'NodePorts'
  | 'NodeResourcesFit'
  | 'VolumeBinding'
  | 'PodTopologySpread'
  | 'InterPodAffinity'

/** One "no". */
export interface Refusal {
  readonly constraint: Constraint
  readonly reason: string
  /** True where it may help that pods on the node go. */
  readonly isCurable: boolean
}

const curable = (constraint: Constraint, reason: string): Refusal => ({ constraint, reason, isCurable: true })
const final = (constraint: Constraint, reason: string): Refusal => ({ constraint, reason, isCurable: false })

/** Those that say the same of every node. */
export const REFUSALS = {
  unschedulable: final('NodeUnschedulable', 'node(s) were unschedulable'),
  tainted: final('TaintToleration', 'node(s) had untolerated taint(s)'),
  notNamed: final('NodeAffinity', "node(s) didn't satisfy plugin(s) [NodeAffinity]"),
  notAsked: final('NodeAffinity', "node(s) didn't match Pod's node affinity/selector"),
  portsTaken: curable('NodePorts', "node(s) didn't have free ports for the requested pod ports"),
  tooManyPods: curable('NodeResourcesFit', 'Too many pods'),
  volumeElsewhere: final('VolumeBinding', "node(s) didn't match PersistentVolume's node affinity"),
  skewed: curable('PodTopologySpread', "node(s) didn't match pod topology spread constraints"),
  noTopology: final(
    'PodTopologySpread',
    "node(s) didn't match pod topology spread constraints (missing required label)",
  ),
  notTogether: final('InterPodAffinity', "node(s) didn't match pod affinity rules"),
  notApart: curable('InterPodAffinity', "node(s) didn't match pod anti-affinity rules"),
  keptAway: curable('InterPodAffinity', "node(s) didn't satisfy existing pods anti-affinity rules"),
} as const satisfies Record<string, Refusal>

/** Less of a resource is left than is asked for; no pod that goes helps where the node never had it. */
export const insufficient = (resource: string, isCurable: boolean): Refusal => ({
  constraint: 'NodeResourcesFit',
  reason: `Insufficient ${resource}`,
  isCurable,
})

/** No node will do before a claim is in order. */
export const volumesNotReady = (reason: string): Refusal => final('VolumeBinding', reason)

/** Why one node is refused: what the first rule that refuses it says; resources say each their own. */
export interface NodeRefusal {
  readonly node: string
  readonly refusals: readonly Refusal[]
}

/** Why a pod fits on no node. */
export interface Unplaceable {
  readonly nodes: number
  /** What refuses it before any node is looked at. */
  readonly atOnce?: Refusal
  /** Each node; empty where it is refused at once. */
  readonly refused: readonly NodeRefusal[]
}

/** `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint(s).` Source: framework FitError. */
export function sayUnplaceable({ nodes, atOnce, refused }: Unplaceable): string {
  if (nodes === 0) return 'no nodes available to schedule pods'
  const why = atOnce
    ? atOnce.reason
    : sayCounts(refused.flatMap(({ refusals }) => refusals.map(({ reason }) => reason)))
  return `0/${nodes} nodes are available:${why === '' ? '' : ` ${why}.`}`
}

/** How many nodes each reason refused, as a text and in its order. */
export function sayCounts(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
