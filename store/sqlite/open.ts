/** The embedded store: SQLite files in a directory, one process at a time. The default when nothing else is there. */
import { type EngineDeps, openStore } from '../engine.ts'
import type { Store } from '../store.ts'
import { openSqliteLog } from './sqlite-log.ts'

export interface SqliteStoreDeps extends EngineDeps {
  /** Made when it is not there. Nothing else may be kept in it. */
  readonly directory: string
  /** Where the two threads' programs are, when not beside this file: a bundle has them elsewhere. */
  readonly workers?: { readonly writer: URL; readonly steward: URL }
  /** The size that parts of the log grow to; 64 MiB when absent, at least 8 MiB. */
  readonly partBytesMax?: number
}

const PART_BYTES_MAX = 64 * 1024 * 1024

const WORKERS = {
  writer: new URL('./writer-worker.ts', import.meta.url),
  steward: new URL('./steward-worker.ts', import.meta.url),
}

/**
 * Opens the store in a directory, or starts a new one there.
 *
 * Errors: StorageLocked when another process has it open; StorageRefused when a file is damaged or was written by a
 * newer Muster, in which case no byte of it was changed; StorageFull when there is no room to start.
 */
export async function openSqliteStore(deps: SqliteStoreDeps): Promise<Store> {
  const { directory, clock, workers = WORKERS, partBytesMax = PART_BYTES_MAX } = deps
  const log = await openSqliteLog({ directory, clock, workers, partBytesMax })
  try {
    return await openStore(log, deps)
  } catch (error) {
    await log.close()
    throw error
  }
}
