/** Two servers that keep accounts over one store that crashes, and clients that meet at its quotas. */
import { seconds } from '@muster/base/clock.ts'
import { quotaAccounts } from '@muster/server/quota/accounts.ts'
import { openStorage } from '@muster/server/storage/storage.ts'
import { type BookingParts, openBookingServers } from '../booking-servers.ts'
import type { SimDisk } from '../disk.ts'
import type { Process } from '../party.ts'
import type { Scenario } from '../scenario.ts'
import { servedStore, serverFaults } from '../served-store.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { answer, client, type Question } from './clients.ts'

const CLIENTS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'] as const

/** The story with all its parts right, but for those given. */
export function quotas(wrong: Partial<BookingParts> = {}): Scenario<Audit> {
  const parts: BookingParts = { quotaAccounts, openStorage, ...wrong }
  return {
    name: 'quotas',
    build: (world) => build(world, parts),
    faults: serverFaults(CLIENTS),
    pace: { between: seconds(2), lasting: seconds(1) },
    troubled: seconds(15),
    safety: (audit) => audit.check(),
    goal: (audit) => () => {
      // A world in which nothing was limited proves nothing: clients go on until something was.
      audit.isCalm ||= audit.made > 0 && audit.refused > 0
      return audit.isCalm && audit.isTidy()
    },
    within: seconds(120),
  }
}

function build(world: World, parts: BookingParts): Audit {
  const audit = newAudit()
  const api = servedStore<Question, 'done'>(world, {
    open: (process, disk) => openServers(process, disk, parts, audit),
    idOf: ({ id }) => id,
  })
  for (const name of CLIENTS) {
    world.party({ name, main: (party) => client(party, audit, api.client(party)) })
  }
  return audit
}

async function openServers(party: Process, disk: SimDisk, parts: BookingParts, audit: Audit) {
  const { store, servers } = await openBookingServers(party, disk, parts)
  audit.open(party, store)
  return { store, answer: (question: Question) => answer(servers[question.server], question) }
}
