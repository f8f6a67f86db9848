/**
 * Objects as they were: at a revision, at a time, and in all their versions. What is asked of the past is read from the
 * store's log and kept in no cache.
 */
import { expired } from '@muster/api/status.ts'
import type { Instant } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Cause, HistoryOptions, Revision, Store } from '@muster/store/store.ts'
import { cachedObject } from './cached-object.ts'
import { formatKey, type ObjectKey } from './key.ts'
import { beAt, beFresh, type ReaderDeps } from './read.ts'
import type { StoredObject } from './stored-object.ts'

/** One write of an object, and why it was made. */
export interface PastVersion {
  readonly revision: Revision
  readonly time: Instant
  readonly cause: Cause
  /** Absent for a deletion, and for what was erased. */
  readonly object: StoredObject | undefined
  readonly change: 'created' | 'updated' | 'deleted'
  readonly gapBefore: boolean
  readonly isErased: boolean
}

/** What looking back is done with. */
export interface HistoryDeps extends Pick<ReaderDeps, 'feed'> {
  readonly store: Pick<Store, 'head' | 'history' | 'range' | 'revisionAt' | 'status'>
}

/** Source of the words: apiserver pkg/storage/cacher watch_cache.go. */
const tooOld = (revision: Revision, horizon: Revision) => expired(`too old resource version: ${revision} (${horizon})`)

/** One object as it was at a revision; undefined when it was not there. Throws Gone (410, Expired) or RevisionAhead. */
export async function objectAt(
  deps: HistoryDeps,
  key: ObjectKey,
  revision: Revision,
): Promise<StoredObject | undefined> {
  const text = formatKey(key)
  await beAt(deps.feed, revision)
  try {
    const { entries } = await deps.store.range(text, { at: revision, limit: 1 })
    const [entry] = entries
    return entry?.key === text ? cachedObject(entry) : undefined
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    throw tooOld(revision, (await deps.store.status()).horizon)
  }
}

/** The versions of an object, oldest first, those that are kept below the horizon too: as the store has them, at its head. */
export async function versionsOf(
  deps: Pick<HistoryDeps, 'store'>,
  key: ObjectKey,
  options: HistoryOptions,
): Promise<readonly PastVersion[]> {
  const versions = await deps.store.history(formatKey(key), options)
  return versions.map((version): PastVersion => {
    const { revision, time, cause, gapBefore } = version
    if (version.version === 'deleted') {
      return { revision, time, cause, gapBefore, object: undefined, change: 'deleted', isErased: false }
    }
    const { entry, erased = false } = version
    return {
      revision,
      time,
      cause,
      gapBefore,
      object: erased ? undefined : cachedObject(entry),
      change: entry.version === 1 ? 'created' : 'updated',
      isErased: erased,
    }
  })
}

/** The revision of the state at a time: that of the last write at or before it. 0 before everything. */
export async function revisionAsOf(deps: HistoryDeps, time: Instant): Promise<Revision> {
  await beFresh(deps)
  return ((await deps.store.revisionAt((time + 1) as Instant)) - 1) as Revision
}
