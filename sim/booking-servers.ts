/** The near and the far server over one store, both of which keep accounts: for stories of quotas and of transactions. */
import { fork } from '@muster/base/random.ts'
import type { quotaAccounts } from '@muster/server/quota/accounts.ts'
import type { openStorage, Storage } from '@muster/server/storage/storage.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import type { SimDisk } from './disk.ts'
import type { Process } from './party.ts'
import { type ServerName, seenBy } from './served-store.ts'

/** The places at which a test can put a part that is wrong. */
export interface BookingParts {
  readonly quotaAccounts: typeof quotaAccounts
  readonly openStorage: typeof openStorage
}

/** Opens both over the store on a disk. */
export async function openBookingServers(
  party: Process,
  disk: SimDisk,
  parts: BookingParts,
): Promise<{ readonly store: Store; readonly servers: Readonly<Record<ServerName, Storage>> }> {
  const { clock, random } = party
  const store = await openMemoryStore({ clock, random, disk: disk.open(party) })
  const open = (server: ServerName) =>
    parts.openStorage({
      store: seenBy(server, store, party),
      clock,
      random: fork(random),
      attributesOf: ({ metadata }) => ({ labels: metadata.labels ?? {}, fields: {} }),
      accounts: (reads) => parts.quotaAccounts({ reads, clock, isServed: () => true }),
    })
  return { store, servers: { near: await open('near'), far: await open('far') } }
}
