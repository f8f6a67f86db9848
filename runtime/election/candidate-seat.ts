/** Stands in an Election of Muster: as a Candidate, whose resourceVersion is the term that its writes are fenced by. */
import { type Candidate, CandidateKind, type Renewal } from '@muster/api/elections/candidate.ts'
import { type Election, ElectionKind } from '@muster/api/elections/election.ts'
import { FENCE_HEADER, formatFence } from '@muster/api/elections/fence.ts'
import { COORDINATION_API_VERSION } from '@muster/api/elections/words.ts'
import type { Duration } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import type { Client } from '@muster/client/client.ts'
import { pathOf, refOf } from '@muster/client/resource-ref.ts'
import type { Seat } from './elect.ts'

/** In what it stands, and as whom. */
export interface SeatSettings {
  readonly namespace: string
  /** The name of the election. */
  readonly election: string
  /** What it calls itself, for people. */
  readonly identity: string
  readonly session: Duration
  /** The logical cluster of the election, on Muster; the one that the client is of when absent. */
  readonly cluster?: string
}

const CANDIDATES = refOf<Candidate>(CandidateKind as never)
const ELECTIONS = refOf<Election>(ElectionKind as never)

/** A seat; the election is made where there is none. */
export function candidateSeat(client: Client, random: Random, settings: SeatSettings): Seat {
  const { namespace, election, identity, session, cluster } = settings
  const hub = cluster === undefined ? client : client.inCluster(cluster)
  const candidates = hub.resource(CANDIDATES)
  let name = ''
  let seen = ''
  let from = ''
  let led = ''

  const join = async () => {
    const spec = { sessionSeconds: Math.ceil(session / 1000) }
    await hub
      .resource(ELECTIONS)
      .create({ apiVersion: COORDINATION_API_VERSION, kind: 'Election', metadata: { namespace, name: election }, spec })
      .catch((error) => {
        if (!hasCode(error, 'AlreadyExists')) throw error
      })
    name = `${election}.${newId(random)}`
    const metadata = { namespace, name }
    await candidates.create({
      apiVersion: COORDINATION_API_VERSION,
      kind: 'Candidate',
      metadata,
      spec: { election, identity },
    })
  }

  return {
    session,
    renewEvery: Math.floor(session / 3) as Duration,
    async renew() {
      if (name === '') await join()
      const path = pathOf(CANDIDATES, namespace, name, 'renew')
      let answer: Renewal
      try {
        answer = (await hub.call({ method: 'POST', path, body: {} })) as Renewal
      } catch (error) {
        if (!hasCode(error, 'NotFound')) throw error
        // Its session has ended, or it was deposed; or it never came to be.
        name = ''
        return undefined
      }
      const { leads, term, revision } = answer.status
      seen = revision
      if (!leads) return undefined
      if (led !== term) from = revision
      led = term
      const fence = formatFence({
        ...(cluster === undefined ? {} : { cluster }),
        namespace,
        election,
        term: Number(term),
      })
      return { term, from, headers: { [FENCE_HEADER]: fence } }
    },
    async changed(signal) {
      if (name !== '') {
        try {
          const fieldSelector = `spec.election=${election}`
          for await (const event of candidates.watch({ namespace, fieldSelector, resourceVersion: seen, signal })) {
            if (event.type === 'DELETED') return
          }
        } catch (error) {
          // The next renewal finds out.
          if (!signal.aborted && !isControlError(error)) throw error
        }
      } else return
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    },
    async resign() {
      if (name !== '') await candidates.delete({ namespace, name })
      name = ''
    },
  }
}
