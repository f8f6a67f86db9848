/** Runs controllers in one of several processes at a time: in the one that leads, and fenced where the hub can do that. */
import { deposed } from '@muster/api/elections/refusals.ts'
import { COORDINATION_GROUP } from '@muster/api/elections/words.ts'
import type { Handle } from '@muster/api/message.ts'
import { seconds } from '@muster/base/clock.ts'
import type { Client } from '@muster/client/client.ts'
import type { Hub } from '../run-controllers.ts'
import { candidateSeat, type SeatSettings } from './candidate-seat.ts'
import { elect, type Seat, type Term } from './elect.ts'
import { leaseSeat } from './lease-seat.ts'

/** In which election they stand. */
export type ElectionSettings = Omit<SeatSettings, 'session'> & Partial<Pick<SeatSettings, 'session'>>

/** As client-go's leases have it. */
const SESSION = seconds(15)

/** Stands until the signal aborts; `lead` is given the hub as the leader of a term is to use it. */
export async function runElected(
  settings: ElectionSettings,
  hub: Hub,
  client: Client,
  lead: (hub: Hub, term: Term) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Controllers of all logical clusters write in each, under a fence of one.
  const where = hub.allClusters ? { cluster: 'default' } : {}
  const seat = await seatOn(client, hub, { session: SESSION, ...where, ...settings }, signal)
  if (seat) await elect(seat, (term) => lead(inTerm(hub, term), term), hub, signal)
}

/** An election of Muster's where the hub has them, a Lease on any other Kubernetes. Asks until it is answered. */
async function seatOn(
  client: Client,
  hub: Hub,
  settings: SeatSettings,
  signal: AbortSignal,
): Promise<Seat | undefined> {
  while (!signal.aborted) {
    try {
      const { groups = [] } = (await client.call({ method: 'GET', path: '/apis' })) as { groups?: { name: string }[] }
      const isMuster = groups.some(({ name }) => name === COORDINATION_GROUP)
      return isMuster ? candidateSeat(client, hub.random, settings) : leaseSeat(client, hub.clock, hub.random, settings)
    } catch (error) {
      hub.log.warn('the hub does not say how it elects; it is asked again', { error })
      await hub.clock.sleep(seconds(1), signal).catch(() => {})
    }
  }
  return undefined
}

/** Every write carries the fence, none leaves after the term, and the first one that is refused for it ends the term. */
const inTerm = (hub: Hub, term: Term): Hub => ({
  ...hub,
  headers: { ...hub.headers, ...term.headers },
  send: fencedSend(hub.send, term),
})

const decoder = new TextDecoder()

const fencedSend =
  (send: Handle, term: Term): Handle =>
  async (request) => {
    // A look that was begun in the term may go on for a while. On a hub that knows no fences nobody else stops it.
    if (term.signal.aborted && request.method !== 'GET') throw deposed('the term is over; nothing was sent')
    const answered = await send(request)
    if (answered.status !== 409 || answered.body.body !== 'bytes') return answered
    if (decoder.decode(answered.body.bytes).includes('"reason":"Deposed"')) term.depose()
    return answered
  }
