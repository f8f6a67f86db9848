/** What an election says of itself, decided from who stands in it. Pure. */
import { setCondition } from '@muster/api/conditions.ts'
import type { Election } from '@muster/api/elections/election.ts'
import { sameJson } from '@muster/api/same-json.ts'

/** One who stands. */
export interface Standee {
  readonly candidate: string
  readonly identity: string
  /** Its create revision. */
  readonly term: string
}

/** How the leader before went: whoever did it, and what it was. */
export interface Gone {
  readonly by: string
  readonly reason: string
}

type Status = NonNullable<Election['status']>

/** The status to be; the very one that was given when it is true already. `standing` is in the order of leading. */
export function decideStatus(
  status: Election['status'],
  standing: readonly Standee[],
  gone: Gone | undefined,
  now: string,
): Status | undefined {
  const before = status?.leader
  const [first] = standing
  const isSame = first !== undefined && before?.term === first.term
  const went =
    before && !isSame ? `${before.identity} led in term ${before.term} until ${sayGone(before.identity, gone)}` : ''
  const condition = first
    ? {
        type: 'Led',
        status: 'True' as const,
        reason: 'CameFirst',
        message: `${first.identity} leads in term ${first.term}: it came first${went && `; ${went}`}.`,
      }
    : {
        type: 'Led',
        status: 'False' as const,
        reason: 'NobodyStands',
        message: went === '' ? 'Nobody stands in it.' : `Nobody stands in it; ${went}.`,
      }
  const old = status?.conditions ?? []
  const said = old.find(({ type }) => type === 'Led')
  // Why it is this leader stays said for as long as it leads, and why there is none for as long as there is none.
  const isSaid = said?.status === condition.status && (first ? isSame : went === '')
  const next: Status = {
    ...(first ? { leader: isSame && before ? before : { ...first, since: now } } : {}),
    terms: (status?.terms ?? 0) + (first && !isSame ? 1 : 0),
    waiting: Math.max(0, standing.length - 1),
    candidates: standing.map(({ candidate, identity }) => ({ candidate, identity })),
    conditions: [...(isSaid ? old : setCondition(old, condition, now))],
  }
  return status && sameJson(status, next) ? status : next
}

const sayGone = (identity: string, gone: Gone | undefined): string => {
  if (!gone) return 'it went'
  return gone.by === 'store'
    ? `its session ended: ${gone.reason}`
    : `${gone.by} took ${identity} out of it (${gone.reason})`
}
