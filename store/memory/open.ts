/** A store in memory: for tests and simulation. With a disk, it survives as much as the disk does. */
import type { Disk } from '../disk.ts'
import { type EngineDeps, openStore } from '../engine.ts'
import type { LogRecord } from '../record.ts'
import { type RestoreDeps, restoreLog } from '../restore.ts'
import { readSnapshot } from '../snapshot.ts'
import type { Store } from '../store.ts'
import { memoryLog } from './memory-log.ts'

/** What a store in memory is made of. */
export interface MemoryStoreDeps extends EngineDeps {
  /** Takes in what is there, and makes every commit durable on it before answering. Without one, nothing outlives the store. */
  readonly disk?: Disk
  /** What it begins with. */
  readonly image?: StoreImage
}

/** All that a store held at one moment, history included. Stores that begin with it share its bytes. */
export type StoreImage = readonly LogRecord[]

/** Opens what is on the disk or in the image, or an empty store. */
export const openMemoryStore = ({ disk, image = [], ...deps }: MemoryStoreDeps): Promise<Store> =>
  openStore(memoryLog(disk, image), deps)

/** What a store of any engine holds now: its revisions stay as they are, so that a copy of it is told from it by nothing. */
export async function imageOf(store: Store): Promise<StoreImage> {
  const image: LogRecord[] = []
  for await (const record of readSnapshot(store.snapshot())) image.push(record)
  // A snapshot ends with a jump to its head, for thinned versions; here it is no jump: nothing else is ever issued there.
  return image.map((record) => (record.record === 'state' ? { ...record, jumps: false } : record))
}

/** Makes a store on an empty disk from a snapshot. Open it then. */
export const restoreMemoryStore = (disk: Disk, snapshot: AsyncIterable<Uint8Array>, deps: RestoreDeps): Promise<void> =>
  restoreLog(memoryLog(disk), snapshot, deps)
