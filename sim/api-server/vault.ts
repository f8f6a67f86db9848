/** What is kept elsewhere: a snapshot of the store, and the day on which it is needed. */
import type { EngineDeps } from '@muster/store/engine.ts'
import type { restoreMemoryStore } from '@muster/store/memory/open.ts'
import { readSnapshot } from '@muster/store/snapshot.ts'
import type { Store } from '@muster/store/store.ts'
import type { SimDisk } from '../disk.ts'
import type { Fault } from '../faults.ts'
import type { Process } from '../party.ts'
import { SERVER } from '../served-store.ts'

/** A snapshot. */
export interface Backup {
  readonly bytes: readonly Uint8Array[]
  /** The newest revision in it. */
  readonly head: number
  /** What was known to be erased when it was begun: it cannot come back with it. */
  readonly erased: ReadonlySet<number>
}

/** Outlives every machine of the world. */
export interface Vault {
  backup: Backup | undefined
  /** The server's disk is lost, and not made anew yet. */
  isLost: boolean
}

/** Fills the vault from a store, slowly. `erased` is known to be, before it begins. */
export async function backUp(
  vault: Vault,
  store: Store,
  erased: ReadonlySet<number>,
  rest: () => Promise<void>,
): Promise<void> {
  const bytes: Uint8Array[] = []
  for await (const chunk of store.snapshot()) {
    bytes.push(Uint8Array.from(chunk))
    await rest()
  }
  let head = 0
  for await (const record of readSnapshot(streamOf(bytes))) if (record.record === 'state') head = record.above
  vault.backup = { bytes, head, erased }
}

/** The server's disk is gone for good, when there is something to begin again with. */
export const lostDisk =
  (vault: Vault | undefined): Fault =>
  ({ parties, log }) => {
    if (!vault?.backup) return () => {}
    const server = parties.get(SERVER)
    server?.crash()
    vault.isLost = true
    log(SERVER, `has lost its disk; there is a backup of ${vault.backup.head}`)
    return () => server?.start()
  }

/** Makes the store anew from the backup. Killed on its way, it is to be begun again. */
export async function restore(
  { bytes }: Backup,
  disk: SimDisk,
  process: Process,
  restoreStore: typeof restoreMemoryStore,
  deps: EngineDeps,
): Promise<void> {
  const empty = disk.open(process)
  await empty.truncate(0)
  await empty.sync()
  await restoreStore(disk.open(process), streamOf(bytes), deps)
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks
}
