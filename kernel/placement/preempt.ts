/**
 * Whom to send away so that a more important pod fits: as few as may be, and the least important.
 * Source: kube-scheduler framework/preemption, plugins/defaultpreemption.
 */
import { type LabelFilter, matchesLabels } from '@muster/api/selector/labels.ts'
import type { PlacedPod } from './fleet.ts'
import type { Judge } from './judge.ts'
import type { Placement, WaitingPod } from './placement.ts'
import { sayCounts, type Unplaceable } from './refusals.ts'

/** How many pods of some kind may be disturbed now. */
export interface Budget {
  readonly namespace: string
  readonly filter: LabelFilter
  readonly allowed: number
  /** Names of pods whose disturbance is allowed already. */
  readonly disrupted: ReadonlySet<string>
}

/** Who goes, from which node; or why nobody does. */
export type Preemption =
  | { readonly preempts: true; readonly node: string; readonly victims: readonly PlacedPod[] }
  | { readonly preempts: false; readonly why: string }

interface Plan {
  readonly node: number
  readonly victims: readonly PlacedPod[]
  readonly budgetsBroken: number
}

/** Nodes that are tried at least; of large clusters a tenth is enough. Source: DefaultPreemptionArgs. */
const PLANS_MIN = 100
const PLANS_SHARE = 0.1

const NOT_HELPFUL = 'Preemption is not helpful for scheduling'
const NO_VICTIMS = 'No preemption victims found for incoming pod'

/** Finds out whom to send away for a pod that fits nowhere. Changes nothing in the end. */
export function preempt(
  placement: Placement,
  pod: WaitingPod,
  why: Unplaceable,
  budgets: readonly Budget[],
): Preemption {
  const refuse = (message: string): Preemption => ({ preempts: false, why: `preemption: ${message}` })
  if (!pod.mayPreempt) return refuse('not eligible due to preemptionPolicy=Never.')
  if (isBeingMadeRoomFor(placement, pod, why)) {
    return refuse('not eligible due to a terminating pod on the nominated node.')
  }
  const hopeful = why.refused.filter(({ refusals }) => refusals.every(({ isCurable }) => isCurable))
  const reasons = Array<string>(why.nodes - hopeful.length).fill(NOT_HELPFUL)
  const plans: Plan[] = []
  const enough = Math.max(PLANS_MIN, Math.trunc(hopeful.length * PLANS_SHARE))
  const judge = placement.judgeOf(pod.shape)
  placement.withNominated(pod, () => {
    for (const { node } of hopeful) {
      const plan = planFor(placement, judge, pod, placement.fleet.numberOf(node) ?? -1, budgets)
      if (Array.isArray(plan)) reasons.push(...plan)
      else plans.push(plan)
      if (plans.length >= enough && plans.some(({ budgetsBroken }) => budgetsBroken === 0)) break
    }
  })
  judge.catchUp()
  const [best] = plans.toSorted(comparePlans)
  if (!best) return refuse(`0/${why.nodes} nodes are available: ${sayCounts(reasons)}.`)
  return { preempts: true, node: placement.fleet.names[best.node] ?? '', victims: best.victims }
}

/** Somebody goes for it already, from a node that may do. */
function isBeingMadeRoomFor({ fleet }: Placement, pod: WaitingPod, { refused }: Unplaceable): boolean {
  const number = fleet.numberOf(pod.nominatedNode)
  if (pod.nominatedNode === '' || number === undefined) return false
  const refusal = refused.find(({ node }) => node === pod.nominatedNode)
  if (refusal?.refusals.some(({ isCurable }) => !isCurable)) return false
  return [...fleet.podsOn(number).values()].some(({ priority, isPreempted }) => priority < pod.priority && isPreempted)
}

/** Whom to send away from one node; or why that does not help. */
function planFor(
  { fleet }: Placement,
  judge: Judge,
  pod: WaitingPod,
  node: number,
  budgets: readonly Budget[],
): Plan | string[] {
  const name = fleet.names[node] ?? ''
  const lesser = [...fleet.podsOn(node).values()].filter(({ priority }) => priority < pod.priority)
  if (lesser.length === 0) return [NO_VICTIMS]
  const fits = () => {
    judge.catchUp()
    return judge.accepts(node)
  }
  for (const { uid } of lesser) fleet.remove(uid)
  try {
    if (!fits()) return judge.refusals(node).map(({ reason }) => reason)
    const victims: PlacedPod[] = []
    const spare = (one: PlacedPod): boolean => {
      fleet.place(one, name)
      if (fits()) return true
      fleet.remove(one.uid)
      victims.push(one)
      return false
    }
    const { breaking, harmless } = sortByBudget(lesser.toSorted(moreImportant), budgets)
    const budgetsBroken = breaking.filter((one) => !spare(one)).length
    for (const one of harmless) spare(one)
    return { node, victims: victims.toSorted(moreImportant), budgetsBroken }
  } finally {
    for (const one of lesser) fleet.place(one, name)
  }
}

/** Those that a budget does not allow to go come first, so that they are spared first. */
function sortByBudget(pods: readonly PlacedPod[], budgets: readonly Budget[]) {
  const left = budgets.map(({ allowed }) => allowed)
  const breaks = ({ namespace, name, shape }: PlacedPod): boolean => {
    let broken = false
    for (const [at, budget] of budgets.entries()) {
      if (budget.namespace !== namespace || budget.filter.length === 0 || budget.disrupted.has(name)) continue
      if (!matchesLabels(budget.filter, shape.labels)) continue
      left[at] = (left[at] ?? 0) - 1
      if ((left[at] ?? 0) < 0) broken = true
    }
    return broken
  }
  const { true: breaking = [], false: harmless = [] } = Object.groupBy(pods, (pod) => (breaks(pod) ? 'true' : 'false'))
  return { breaking, harmless }
}

/** The more important first: by priority, then whoever runs longer. */
const moreImportant = (one: PlacedPod, other: PlacedPod): number =>
  other.priority - one.priority || compare(one.startedAt, other.startedAt)

/** The best first: fewest budgets broken, the least important highest victim, the smallest sum, the fewest, the youngest. */
function comparePlans(one: Plan, other: Plan): number {
  const highest = ({ victims }: Plan) => victims[0]?.priority ?? 0
  const sum = ({ victims }: Plan) => victims.reduce((total, { priority }) => total + priority + 2 ** 31, 0)
  const began = (plan: Plan) =>
    plan.victims
      .filter(({ priority }) => priority === highest(plan))
      .reduce((first, { startedAt }) => Math.min(first, startedAt), Number.POSITIVE_INFINITY)
  return (
    one.budgetsBroken - other.budgetsBroken ||
    highest(one) - highest(other) ||
    sum(one) - sum(other) ||
    one.victims.length - other.victims.length ||
    compare(began(other), began(one))
  )
}

const compare = (one: number, other: number): number => (one < other ? -1 : one > other ? 1 : 0)
