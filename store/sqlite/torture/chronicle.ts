/**
 * What a parent knows of a store whose owners it kills: what they asked, what they were told, and what it saw itself
 * when it last looked.
 *
 *     heard     asked a · asked b · acked a · asked c ┃ killed
 *     so        a must be there · b and c may be there, whole · nothing else may
 */
import type { LeaseId, Revision, Version } from '../../store.ts'
import type { Plan } from './workload.ts'
import type { Said } from './writers-program.ts'

/** One commit that was asked for. */
export interface Asked {
  readonly plan: Plan
  /** Acknowledged before this commit was asked for: its own revisions lie above. */
  readonly above: number
  state: 'doubtful' | 'acked' | 'declined'
  /** As acknowledged; null for a deletion that found nothing. */
  revisions?: readonly (Revision | null)[]
}

/** All that is known of one directory. */
export interface Chronicle {
  readonly asked: Map<string, Asked>
  /** Versions as last seen, by key, oldest first. */
  readonly versions: Map<string, Version[]>
  /** Where each token's first revision was seen. */
  readonly applied: Map<string, number>
  /** When each lease may end at the earliest, by the wall clock. */
  readonly leases: Map<LeaseId, { readonly notBeforeMs: number; readonly revoking: boolean }>
  /** Leases whose revocation was acknowledged. */
  readonly revoked: Set<LeaseId>
  /** The highest revision acknowledged so far. */
  acked: number
  /** The head and the horizon when it last looked. */
  head: number
  horizon: number
  /** The highest horizon that was asked for, and that was acknowledged. */
  horizonAsked: number
  horizonAcked: number
}

/** What is known of a directory in which nothing has happened. */
export const newChronicle = (): Chronicle => ({
  asked: new Map(),
  versions: new Map(),
  applied: new Map(),
  leases: new Map(),
  revoked: new Set(),
  acked: 0,
  head: 0,
  horizon: 0,
  horizonAsked: 0,
  horizonAcked: 0,
})

/** Takes in what a child has said, in order. */
export function listen(chronicle: Chronicle, heard: readonly Said[]): void {
  for (const said of heard) take(chronicle, said)
}

function take(chronicle: Chronicle, said: Said): void {
  switch (said.say) {
    case 'ready':
      return
    case 'asked':
      chronicle.asked.set(said.plan.token, { plan: said.plan, above: chronicle.acked, state: 'doubtful' })
      return
    case 'acked':
      settle(chronicle, said.token, said.revisions)
      return
    case 'declined': {
      const asked = chronicle.asked.get(said.token)
      if (asked) asked.state = 'declined'
      return
    }
    case 'compacting':
      chronicle.horizonAsked = Math.max(chronicle.horizonAsked, said.horizon)
      return
    case 'compacted':
      chronicle.horizonAcked = Math.max(chronicle.horizonAcked, said.horizon)
      return
    case 'alive':
      chronicle.leases.set(said.lease, { notBeforeMs: said.atMs + said.ttlMs, revoking: false })
      return
    case 'revoking':
      chronicle.leases.set(said.lease, { notBeforeMs: 0, revoking: true })
      return
    case 'revoked':
      chronicle.revoked.add(said.lease)
      return
    case 'broken':
      throw new Error(`a store under fire broke by itself: ${said.why}`)
    default:
      said satisfies never
  }
}

/** Notes that a commit was acknowledged. */
export function settle(chronicle: Chronicle, token: string, revisions: readonly (Revision | null)[]): void {
  const asked = chronicle.asked.get(token)
  if (!asked) throw new Error(`${token} was acknowledged and never asked for`)
  asked.state = 'acked'
  asked.revisions = revisions
  for (const revision of revisions) chronicle.acked = Math.max(chronicle.acked, revision ?? 0)
}
