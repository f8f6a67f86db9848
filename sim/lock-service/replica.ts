/** A copy of a store's keys that a watch keeps: late, but never wrong about the revision at which it is true. */
import { milliseconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import type { Entry, Event, Revision } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import type { RemoteStore } from './wire.ts'

/** Live keys as of one revision, and a sum by which two copies are compared. */
export interface Copy {
  readonly entries: ReadonlyMap<string, Entry>
  readonly revision: Revision
  /** The revisions of all live entries added up: copies that missed an event differ in it. */
  readonly sum: number
  /** Takes events in, which must follow what it has. `upTo`: nothing else happened up to there. */
  apply(events: readonly Event[], upTo: Revision): void
  /** Starts again from a list. */
  replace(entries: readonly Entry[], revision: Revision): void
}

/** A copy of nothing, true at revision 0. */
export function emptyCopy(): Copy {
  const entries = new Map<string, Entry>()
  const copy = {
    entries,
    revision: 0 as Revision,
    sum: 0,
    apply(events: readonly Event[], upTo: Revision) {
      for (const event of events) {
        copy.sum -= entries.get(event.key)?.revision ?? 0
        if (event.event === 'delete') entries.delete(event.key)
        else {
          entries.set(event.key, event.entry)
          copy.sum += event.entry.revision
        }
      }
      copy.revision = upTo
    },
    replace(list: readonly Entry[], revision: Revision) {
      entries.clear()
      copy.sum = 0
      for (const entry of list) {
        entries.set(entry.key, entry)
        copy.sum += entry.revision
      }
      copy.revision = revision
    },
  }
  return copy
}

const AGAIN_AFTER = milliseconds(200)

/** Keeps a copy of the whole store for as long as the process lives. Starts over when compaction has passed it. */
export async function follow(process: Process, store: RemoteStore, copy: Copy): Promise<never> {
  for (let listed = false; ; ) {
    try {
      if (!listed) {
        const { entries, revision } = await store.range('')
        copy.replace(entries, revision)
        listed = true
      }
      const { events, revision } = await store.events('', copy.revision)
      copy.apply(events, revision)
    } catch (error) {
      if (!isControlError(error)) throw error
      if (hasCode(error, 'Gone')) listed = false
      await process.clock.sleep(AGAIN_AFTER)
    }
  }
}
