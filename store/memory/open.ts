/** A store in memory: for tests and simulation. With a disk, it survives as much as the disk does. */
import type { Disk } from '../disk.ts'
import { type EngineDeps, openStore } from '../engine.ts'
import { type RestoreDeps, restoreLog } from '../restore.ts'
import type { Store } from '../store.ts'
import { memoryLog } from './memory-log.ts'

/** What a store in memory is made of. */
export interface MemoryStoreDeps extends EngineDeps {
  /** Takes in what is there, and makes every commit durable on it before answering. Without one, nothing outlives the store. */
  readonly disk?: Disk
}

/** Opens what is on the disk, or an empty store. */
export const openMemoryStore = ({ disk, ...deps }: MemoryStoreDeps): Promise<Store> => openStore(memoryLog(disk), deps)

/** Makes a store on an empty disk from a snapshot. Open it then. */
export const restoreMemoryStore = (disk: Disk, snapshot: AsyncIterable<Uint8Array>, deps: RestoreDeps): Promise<void> =>
  restoreLog(memoryLog(disk), snapshot, deps)
