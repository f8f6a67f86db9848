/**
 * Where truth lives: keys with revisions, and everything that ever happened to them.
 *
 *     revision   1        2        3        4        5        6
 *                put a    put b    put a    del b    put c    put b
 *                └commit┘ └──── one commit ────────┘ └ ... ┘
 *     horizon ───────────▲ range(at) and watch are exact here and to the right; to the left only `history` answers.
 *
 * Every write has a revision of its own, so a watch may be cut after any event and resumed exactly there.
 * The writes of one commit have neighbouring revisions and become visible together.
 *
 * One contract suite (store/contract) holds for every engine. Revisions are safe integers below 2^53 that only grow;
 * whether they have gaps is an engine's own affair.
 */
import type { Duration, Instant } from '@muster/base/clock.ts'

/** A point in the history of one store. 0 is before everything. */
export type Revision = number & { readonly unit: 'revision' }

/** Names a lease; made by the store that grants it. */
export type LeaseId = string

/** Who wrote, why, and which revision led to it: kept beside every version for as long as the version itself. */
export interface Cause {
  /** A person, a controller or a machine, as the caller knows it. */
  readonly actor: string
  readonly reason: string
  /** The revision whose change led to this write, when another write did. */
  readonly after?: Revision
  /** More of it, in a form that its writer and its readers agree on: the store keeps it and does not read it. */
  readonly details?: string
}

/** One store, open. Every call may throw Unavailable once it is closed or has stopped. */
export interface Store {
  /** The live entries whose key starts with `prefix`, in byte order of their keys, as of one revision. */
  range(prefix: string, options?: RangeOptions): Promise<Range>
  /** Writes all or nothing. See {@link CommitOutcome} for the three ways it can end. */
  commit(commit: Commit): Promise<CommitOutcome>
  /** Every event after a revision under a prefix, in order, for as long as the watch is open. */
  watch(prefix: string, after: Revision): Watch
  /** Grants a lease. Keys put with it vanish together, in one commit, once it ends. */
  lease(ttl: Duration): Promise<LeaseId>
  /** Starts the lease's time anew; answers the time it was granted for. Throws NotFound when it has ended. */
  keepAlive(lease: LeaseId): Promise<Duration>
  /** Ends the lease now, and with it its keys. */
  revoke(lease: LeaseId): Promise<void>
  /** Every retained version of one key, oldest first, deletions included. Answers below the horizon too. */
  history(key: string, options?: HistoryOptions): Promise<readonly Version[]>
  /**
   * Makes the values of every version of a key but the live one unreadable for good, in memory and on disk: `history`
   * still tells that each was, when, by whom and why. A range of the past is as though they had not been; a watch that
   * would have to tell of them is Gone. Answers how many there were. It takes as long as copying the parts of the log
   * that they are in; writes go on meanwhile.
   */
  erase(key: string): Promise<number>
  /** Raises the horizon and thins what lies below it. Never blocks a write for long. */
  compact(policy: CompactionPolicy): Promise<void>
  /** The first revision written at or after a time; the one after the head when there is none. */
  revisionAt(time: Instant): Promise<Revision>
  /** The whole store, history included, as of one revision: a stream of bytes for {@link restore}. */
  snapshot(): AsyncIterable<Uint8Array>
  status(): Promise<StoreStatus>
  /** The newest revision: at or above that of every commit acknowledged before the call. Cheap. */
  head(): Promise<Revision>
  /** Waits for commits under way, ends the watches, and lets go of what was held. Any call after it: Unavailable. */
  close(): Promise<void>
}

/** What part of a range is wanted, and as of when. */
export interface RangeOptions {
  /** As of this revision; the newest when absent. Throws Gone below the horizon, RevisionAhead beyond the head. */
  readonly at?: Revision
  /** Start at this key (included) instead of at the prefix: the `next` of the page before. */
  readonly from?: string
  /** At most this many entries: 1 to RANGE_LIMIT_MAX. Unlimited when absent. */
  readonly limit?: number
}

/** Entries that were all true at one moment. */
export interface Range {
  readonly entries: readonly Entry[]
  /** The revision at which these entries are true; pass it as `at` for the next page. */
  readonly revision: Revision
  /** Where the next page starts; absent on the last page. */
  readonly next?: string
}

/** A key as it is. The bytes are shared, not copied: nobody may change them. */
export interface Entry {
  readonly key: string
  readonly value: Uint8Array
  /** The revision of the last write. */
  readonly revision: Revision
  /** The revision at which the key came to be, this time. */
  readonly createRevision: Revision
  /** 1 when created, one more with each put. */
  readonly version: number
  readonly lease?: LeaseId
}

/** Writes that belong together, and what must hold for them. */
export interface Commit {
  /** Names this commit for ever, so that repeating it after `unknown` applies it at most once. 1 to 128 bytes. */
  readonly token: string
  /** All must hold. At least one must be about a key that is written. */
  readonly guards: readonly Guard[]
  readonly writes: readonly Write[]
  readonly cause: Cause
}

/** Something that must be so at the moment of the commit. Revision 0 stands for a key that is not there. */
export type Guard =
  | { readonly guard: 'revision'; readonly key: string; readonly equals: Revision }
  | { readonly guard: 'create-revision'; readonly key: string; readonly equals: Revision }
  | { readonly guard: 'absent'; readonly key: string }
  | { readonly guard: 'prefix-empty'; readonly prefix: string }

/** One change of one key. */
export type Write =
  | { readonly write: 'put'; readonly key: string; readonly value: Uint8Array; readonly lease?: LeaseId }
  /** Deleting what is not there writes nothing and takes no revision. */
  | { readonly write: 'delete'; readonly key: string }

/**
 * How a commit ended. What cannot be tried at all is thrown instead: Invalid (against the limits), NotFound (the
 * lease has ended), StorageFull, TooManyRequests, Unavailable; then nothing was written.
 */
export type CommitOutcome =
  /**
   * Durable and visible. `revisions[i]` is that of `writes[i]`; undefined for a delete that found nothing.
   * A repeated token answers as it did the first time.
   */
  | {
      readonly outcome: 'committed'
      readonly revision: Revision
      readonly revisions: readonly (Revision | undefined)[]
    }
  /** This guard did not hold; nothing was written. `revision` is the guarded key's own then, 0 when it was absent. */
  | { readonly outcome: 'conflict'; readonly guard: Guard; readonly revision: Revision }
  /** It may be durable or not. Repeat the same commit, token and all, to learn which. */
  | { readonly outcome: 'unknown'; readonly reason: string }

/** A cursor over events. One reader; `next` is not called again before it has answered. */
export interface Watch extends AsyncIterable<readonly Event[]> {
  /**
   * The next events, at least one, never more than a page. Throws Gone when compaction has passed the cursor and
   * Unavailable when the store closes. Undefined once closed by its reader. With `upTo`, none when every event up to
   * that revision has been handed out: a reader of the past does not wait for the future.
   */
  next(upTo?: Revision): Promise<readonly Event[] | undefined>
  /** Every matching event up to here has been handed out. Moves on when other keys change: a bookmark. */
  readonly revision: Revision
  close(): void
}

interface EventBase {
  readonly key: string
  readonly revision: Revision
  readonly time: Instant
  /** The last revision of the commit that this event is of: the end of what became visible together. */
  readonly commitRevision: Revision
  /** What the key held before; absent when it was created. */
  readonly previous?: Entry
}

/** One write, as a watcher is told of it. */
export type Event =
  | (EventBase & { readonly event: 'put'; readonly entry: Entry })
  | (EventBase & { readonly event: 'delete' })

/** From and to which revision, both included; all when absent. */
export interface HistoryOptions {
  readonly from?: Revision
  readonly to?: Revision
  /** At most this many: the newest of them. */
  readonly last?: number
}

interface VersionBase {
  readonly key: string
  readonly revision: Revision
  readonly time: Instant
  readonly token: string
  readonly cause: Cause
  /** Versions between the one before and this one have been thinned away. */
  readonly gapBefore: boolean
}

/** One write, as history tells it. */
export type Version =
  /** `erased`: the value is gone for good, and the entry's is empty. */
  | (VersionBase & { readonly version: 'put'; readonly entry: Entry; readonly erased?: true })
  | (VersionBase & { readonly version: 'deleted' })

/** What may be forgotten. */
export interface CompactionPolicy {
  /** Everything at or above it stays exact. Never below the horizon before, never beyond the head. */
  readonly horizon: Revision
  /**
   * What `history` keeps below the horizon. The longest matching prefix decides; where none matches, nothing is kept
   * but the version that is live at the horizon.
   */
  readonly keep?: readonly RetentionRule[]
}

/** Both limits hold where both are given. */
export interface RetentionRule {
  readonly prefix: string
  /** At most this many versions per key, the newest at or below the horizon. */
  readonly versions?: number
  /** Only versions at or above this revision. Turn an age into one with {@link Store.revisionAt}. */
  readonly since?: Revision
}

/** Sizes and health, for people and metrics. */
export interface StoreStatus {
  /** Changes when the store is restored from a snapshot. */
  readonly id: string
  readonly engine: string
  readonly head: Revision
  readonly horizon: Revision
  readonly keys: number
  /** Versions that `history` can answer for, live ones and deletions included. */
  readonly versions: number
  readonly leases: number
  readonly watches: number
  /** Keys and values of the live entries. */
  readonly liveBytes: number
  /** What the store takes on disk; 0 for an engine that has none. */
  readonly fileBytes: number
  readonly health: StoreHealth
}

/** Whether the store writes, and if not, why and since when. */
export type StoreHealth =
  | { readonly state: 'ready' }
  /** Reads go on; a write is tried again each time one is asked for. */
  | { readonly state: 'full'; readonly reason: string; readonly since: Instant }
  /** After an error of the disk that leaves a commit in doubt. Open the store again to learn what is durable. */
  | { readonly state: 'stopped'; readonly reason: string; readonly since: Instant }
