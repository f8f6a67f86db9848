/** Two servers over one store that crashes, and clients whose transactions meet each other, single writers and quotas. */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { fork } from '@muster/base/random.ts'
import { quotaAccounts } from '@muster/server/quota/accounts.ts'
import { openStorage } from '@muster/server/storage/storage.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import type { SimDisk } from '../disk.ts'
import { badWires, failingSyncs, kill, powerCut, stall, wrongClock } from '../faults.ts'
import { distant, forgetful } from '../objects/faulty-stores.ts'
import type { Process } from '../party.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { answer, client, type Question } from './clients.ts'
import { SERVER } from './words.ts'

/** The places at which a test can put a part that is wrong. */
export interface TransactionParts {
  readonly quotaAccounts: typeof quotaAccounts
  readonly openStorage: typeof openStorage
}

const CLIENTS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'] as const
const DISK = 'server-disk'

/** The story with all its parts right, but for those given. */
export function transactions(wrong: Partial<TransactionParts> = {}): Scenario<Audit> {
  const parts: TransactionParts = { quotaAccounts, openStorage, ...wrong }
  return {
    name: 'transactions',
    build: (world) => build(world, parts),
    faults: [
      kill([SERVER]),
      powerCut([SERVER]),
      stall([SERVER]),
      kill(CLIENTS),
      badWires,
      failingSyncs([DISK]),
      wrongClock([SERVER, ...CLIENTS]),
    ],
    pace: { between: seconds(2), lasting: seconds(1) },
    troubled: seconds(15),
    safety: (audit) => audit.check(),
    // A world in which nothing was done or refused proves nothing.
    goal: (audit) => () => audit.isSettled() && audit.done > 20 && audit.refused > 0,
    within: seconds(120),
  }
}

function build(world: World, parts: TransactionParts): Audit {
  const audit = newAudit()
  const api = world.service<Question, number>()
  const disk = world.disk(DISK)
  world.party({
    name: SERVER,
    parts: [disk],
    restartAfter: milliseconds(300),
    async main(party) {
      try {
        const { store, ...servers } = await openServers(party, disk, parts)
        audit.open(party, store)
        // A connection delivers a request once: only what the wires lose is asked for again, as another.
        const seen = new Set<string>()
        api.serve(party, (question) => {
          if (seen.has(question.id)) return new Promise(() => {})
          seen.add(question.id)
          return answer(servers[question.server], question)
        })
        while ((await store.status()).health.state !== 'stopped') await party.clock.sleep(milliseconds(500))
      } catch (error) {
        // A disk that fails while the store opens: the supervisor tries again.
        if (!isControlError(error)) throw error
        party.log(`cannot open: ${error.code}`)
      }
    },
  })
  for (const name of CLIENTS) {
    world.party({ name, main: (party) => client(party, audit, api.client(party)) })
  }
  return audit
}

async function openServers(party: Process, disk: SimDisk, parts: TransactionParts) {
  const { clock, random } = party
  const store = await openMemoryStore({ clock, random, disk: disk.open(party) })
  const open = (seen: Store) =>
    parts.openStorage({
      store: seen,
      clock,
      random: fork(random),
      attributesOf: ({ metadata }) => ({ labels: metadata.labels ?? {}, fields: {} }),
      accounts: (reads) => parts.quotaAccounts({ reads, clock, isServed: () => true }),
    })
  return {
    store,
    near: await open(forgetful(store, party)),
    far: await open(distant(forgetful(store, party), party)),
  }
}
