/** Which target a connection goes to: each in its turn, or the one that its client had before. Pure but for what it remembers. */
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
  const clients = new Map<string, { readonly target: string; readonly until: number }>()
  return {
    order({ targets, affinitySeconds }, client, now) {
      if (targets.length === 0) return []
      const known = affinitySeconds === undefined ? undefined : clients.get(client)
      const kept = known && known.until > now ? targets.findIndex((one) => writeTarget(one) === known.target) : -1
      const at = kept >= 0 ? kept : turn++ % targets.length
      return [...targets.slice(at), ...targets.slice(0, at)]
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
