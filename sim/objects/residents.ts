/** Who watches from within a server, for as long as it lives: several of the same audience, and now and then slowly. */
import { hours, milliseconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { between, chance } from '@muster/base/random.ts'
import type { Storage } from '@muster/server/storage/storage.ts'
import type { Process } from '../party.ts'
import type { Follower } from './audit.ts'
import { decode, ENCODING } from './lines.ts'
import type { Line } from './wire.ts'
import type { View } from './words.ts'

/** One of them. */
export interface Resident {
  readonly process: Process
  readonly storage: Storage
  readonly told: Follower
  readonly view: View
}

/** Watches a view until the process ends, and tells the audit what it is told. */
export async function reside({ process, storage, told, view }: Resident): Promise<void> {
  const { scope, selection } = view
  try {
    const stream = await storage.watch(scope, {
      resourceVersion: '',
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      timeout: hours(1),
      encoding: ENCODING,
      ...(selection && { selection }),
    })
    let initial: Line[] | undefined = []
    for await (const block of stream) {
      const lines = decode(block)
      if (initial) initial.push(...lines)
      if (initial?.some((line) => line.line === 'BOOKMARK')) {
        told.watched(view, initial, true)
        initial = undefined
      } else if (!initial) told.watched(view, lines, false)
      if (chance(process.random, 0.05)) await process.clock.sleep(milliseconds(between(process.random, 1, 2_000)))
    }
  } catch (error) {
    // The far server may not be fresh enough to begin with.
    if (!isControlError(error)) throw error
  }
}
