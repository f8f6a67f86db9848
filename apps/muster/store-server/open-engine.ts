/** The engine behind a store server: sqlite in a directory, or memory for a try. */
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { Store } from '@muster/store/store.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { storeWorkers } from '../workers.ts'

/** What an engine stands on. */
export interface EngineDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** Where the truth is kept: in a directory, or nowhere once the process ends. */
export type Place = { readonly directory: string } | 'memory'

/** The directory of the store when none is named. */
export const defaultDirectory = (): string => join(homedir(), '.muster', 'store')

/** Opens the engine; throws MUS0211 when another process has the directory. */
export async function openEngine(place: Place, { clock, random, log }: EngineDeps): Promise<Store> {
  // Imported when asked for: `muster --version` needs neither.
  if (place === 'memory') {
    const { openMemoryStore } = await import('@muster/store/memory/open.ts')
    return openMemoryStore({ clock, random })
  }
  const { directory } = place
  // Values may be secrets: a directory that is made here is for its owner alone.
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { openSqliteStore } = await import('@muster/store/sqlite/open.ts')
  try {
    return await openSqliteStore({ directory, clock, random, log, workers: storeWorkers })
  } catch (cause) {
    if (!hasCode(cause, 'StorageLocked')) throw cause
    throw trouble(
      'MUS0211',
      {
        what: text('another process has this store open', '另一个进程已打开此存储'),
        where: text(directory, directory),
        next: ['muster store status', 'muster store serve --directory OTHER --port 0'],
      },
      cause,
    )
  }
}
