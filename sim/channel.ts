/**
 * Messages of one kind between named parties, as a port number would part them. The receiver of a name is whatever
 * process lives there when a message arrives, so a new life can be sent what was meant for the one before.
 */
import { chance, type Random } from '@muster/base/random.ts'
import type { Network } from './network.ts'
import type { Process } from './party.ts'

/** Bodies are shared, not copied: nobody may change one. */
export interface Channel<Body> {
  /** From now on all that arrives for the process's name is given to it, until it ends or another life joins. */
  join(process: Process, receive: (body: Body, from: string) => void): void
  /** Never fails: who sends does not learn what became of it. */
  send(process: Process, to: string, body: Body): void
}

/** How likely what a dead process had sent still leaves its machine: as good as not, so that both are tried. */
const LATE_SHARE = 0.5

/** A channel over a network. Several channels share its cuts and delays. */
export function channel<Body>(network: Network, random: Random): Channel<Body> {
  const receivers = new Map<string, { process: Process; receive: (body: Body, from: string) => void }>()
  return {
    join(process, receive) {
      receivers.set(process.name, { process, receive })
    },
    send(process, to, body) {
      if (!process.alive) return
      network.carry(process.name, to, () => {
        if (!process.alive && !chance(random, LATE_SHARE)) return
        const receiver = receivers.get(to)
        receiver?.process.enter(() => receiver.receive(body, process.name))
      })
    },
  }
}
