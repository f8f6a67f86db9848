/** The embedded store: SQLite files in a directory, one process at a time. The default when nothing else is there. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { ControlError } from '@muster/base/errors.ts'
import { type EngineDeps, openStore } from '../engine.ts'
import { type RestoreDeps, restoreLog } from '../restore.ts'
import type { Store } from '../store.ts'
import { openSqliteLog } from './sqlite-log.ts'

/** What an embedded store is given. */
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

/**
 * Makes a store in a directory from a snapshot. Open it then.
 *
 * It is built beside the directory and moved there when it is whole, so a restore that was cut short leaves nothing
 * that could be taken for a store. Errors: AlreadyExists when the directory holds something; StorageRefused when the
 * snapshot is damaged or cut; StorageFull.
 */
export async function restoreSqliteStore(
  { directory, clock, workers = WORKERS, partBytesMax = PART_BYTES_MAX }: SqliteStoreDeps,
  snapshot: AsyncIterable<Uint8Array>,
  deps: RestoreDeps,
): Promise<void> {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new ControlError('AlreadyExists', `${directory} is not empty: restore into a new directory`)
  }
  const building = `${directory}.restoring`
  rmSync(building, { recursive: true, force: true })
  const log = await openSqliteLog({ directory: building, clock, workers, partBytesMax })
  try {
    await restoreLog(log, snapshot, deps)
  } catch (error) {
    await log.close()
    rmSync(building, { recursive: true, force: true })
    throw error
  }
  await log.close()
  rmSync(directory, { recursive: true, force: true })
  renameSync(building, directory)
}
