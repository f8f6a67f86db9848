/** Which target a connection goes to: each in its turn, or the one that its client had before. Pure but for what it remembers. */
import { WEIGHT_DEFAULT } from '@muster/api/weight.ts'
import type { Duration } from '@muster/base/clock.ts'
import { type Front, type Target, writeTarget } from './fronts.ts'

/** Chooses for one front. */
export interface Balancer {
  /** Every target, the one to try first in front; those after it are for when nobody answers there. */
  order(front: Front, client: string, now: Duration): readonly Target[]
  /** A client was served by a target: it stays there, where the front has it so. */
  served(front: Front, client: string, target: Target, now: Duration): void
}

/** More clients than this are not remembered: the oldest of them is forgotten first. */
export const CLIENTS_MAX = 10_000

/** A balancer that has seen nobody yet; `first` is the place of the target that it begins with. */
export function createBalancer(first = 0): Balancer {
  let turn = first
  let credits: ReadonlyMap<string, number> = new Map()
  /** Whose turn it is: each in its turn where all weigh the same. */
  const next = (targets: readonly Target[]): number => {
    const total = targets.reduce((sum, target) => sum + weightIn(target), 0)
    const isEven = targets.every((target) => weightIn(target) * targets.length === total)
    if (isEven) return turn++ % targets.length
    // Each earns its weight at every turn, and who has most pays for all: turns come as evenly as can be.
    const earned = targets.map((target) => (credits.get(writeTarget(target)) ?? 0) + weightIn(target))
    const at = earned.reduce((best, credit, place) => (credit > (earned[best] ?? 0) ? place : best), 0)
    credits = new Map(
      targets.map((target, place) => [writeTarget(target), (earned[place] ?? 0) - (place === at ? total : 0)]),
    )
    return at
  }
  const clients = new Map<string, { readonly target: string; readonly until: number }>()
  return {
    order({ targets, affinitySeconds }, client, now) {
      if (targets.length === 0) return []
      const known = affinitySeconds === undefined ? undefined : clients.get(client)
      const kept = known && known.until > now ? targets.findIndex((one) => writeTarget(one) === known.target) : -1
      const at = kept >= 0 ? kept : next(targets)
      const [first, ...others] = [...targets.slice(at), ...targets.slice(0, at)]
      // Who is to get nothing is asked when nobody else answers.
      const [idle, busy] = [others.filter(isIdle), others.filter((target) => !isIdle(target))]
      return first ? [first, ...busy, ...idle] : []
    },
    served({ affinitySeconds }, client, target, now) {
      if (affinitySeconds === undefined) return
      clients.delete(client)
      clients.set(client, { target: writeTarget(target), until: now + affinitySeconds * 1000 })
      const [oldest] = clients.keys()
      if (clients.size > CLIENTS_MAX && oldest !== undefined) clients.delete(oldest)
    },
  }
}

const weightIn = ({ weight = WEIGHT_DEFAULT }: Target): number => weight
const isIdle = (target: Target): boolean => weightIn(target) === 0
