/** One change of one object, as watchers are told of it; and the newest changes of a resource, kept in memory. */
import type { Event, Revision } from '@muster/store/store.ts'
import { type CachedObject, cachedObject } from './cached-object.ts'
import { atRevision, type StoredObject } from './stored-object.ts'

/** What a watcher is told. Source: apimachinery pkg/watch EventType. */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** One write, with what was there before it. */
export interface Change {
  readonly key: string
  readonly revision: Revision
  /** Absent after a deletion. */
  readonly now: CachedObject | undefined
  /** Absent before a creation. */
  readonly before: CachedObject | undefined
  /** Heard of from the feed, or read from the store's log after the fact. */
  readonly from: 'feed' | 'log'
  /** The change as it was sent, by type and encoding: shared by all who watch. */
  readonly frames: Map<string, Uint8Array>
}

/** A change that the feed has told of, from what was there and what is there. */
export const freshChange = (
  key: string,
  revision: Revision,
  before: CachedObject | undefined,
  now: CachedObject | undefined,
): Change => ({ key, revision, now, before, from: 'feed', frames: new Map() })

/** A change that was read from the store's log. */
export function pastChange(event: Event): Change {
  const before = event.previous && cachedObject(event.previous)
  const now = event.event === 'put' ? cachedObject(event.entry) : undefined
  return { key: event.key, revision: event.revision, now, before, from: 'log', frames: new Map() }
}

/**
 * The object that an event of this type shows. One that is gone, or out of the selection, is shown as it was last, with
 * the revision of the change. Source: apiserver pkg/storage/cacher convertToWatchEvent.
 */
export function shownObject({ now, before, revision }: Change, type: WatchEventType): StoredObject | undefined {
  if (type !== 'DELETED') return now
  return before && atRevision(before, revision)
}

/**
 * How much all recent changes of all resources may hold: some seconds of the fastest writing. What is older is read
 * from the store's log, so this is a matter of speed alone.
 */
export const RECENT_CHANGES_MAX = 32_768
/** Changes hold values, previous values, and the frames made of them. */
export const RECENT_BYTES_MAX = 64 * 1024 * 1024

/** What a change takes besides its values. */
const CHANGE_BYTES = 200

/** Keeps the recent changes of all resources together within their limits: the oldest go first, whosever they are. */
export class RecentBudget {
  #owners: RecentChanges[] = []
  #head = 0
  #bytes = 0
  readonly #changesMax: number
  readonly #bytesMax: number

  constructor(changesMax: number, bytesMax = RECENT_BYTES_MAX) {
    this.#changesMax = changesMax
    this.#bytesMax = bytesMax
  }

  /** One more change, of this owner. */
  add(owner: RecentChanges, bytes: number): void {
    this.#owners.push(owner)
    this.grow(bytes)
  }

  /** A change has grown: a frame was made of it. */
  grow(bytes: number): void {
    this.#bytes += bytes
    while (this.#owners.length - this.#head > this.#changesMax || this.#bytes > this.#bytesMax) {
      const oldest = this.#owners[this.#head++]
      if (!oldest) return
      this.#bytes -= oldest.dropOldest()
    }
    if (this.#head > this.#changesMax) {
      this.#owners = this.#owners.slice(this.#head)
      this.#head = 0
    }
  }

  /** All changes of an owner go at once. Its places in the order stay, and give back nothing later. */
  release(bytes: number): void {
    this.#bytes -= bytes
  }
}

/** The newest changes of one resource. */
export class RecentChanges {
  readonly #budget: RecentBudget
  #changes: Change[] = []
  #head = 0
  /** Places in the budget's order that were given up at once. */
  #released = 0
  #since: Revision

  constructor(since: Revision, budget: RecentBudget) {
    this.#since = since
    this.#budget = budget
  }

  /** Every change after this revision is here. */
  get since(): Revision {
    return this.#since
  }

  push(change: Change): void {
    this.#changes.push(change)
    this.#budget.add(this, weightOf(change))
  }

  /** Keeps a frame beside its change. */
  keepFrame(change: Change, key: string, frame: Uint8Array): void {
    change.frames.set(key, frame)
    // One that was dropped meanwhile is not counted, since it will not be given back.
    if (change.from === 'feed' && change.revision > this.#since) this.#budget.grow(frame.length)
  }

  /** Forgets all; from now on only what comes after `since` will be here. */
  restart(since: Revision): void {
    let bytes = 0
    for (let at = this.#head; at < this.#changes.length; at++) bytes += weightOf(this.#changes[at])
    this.#released += this.#changes.length - this.#head
    this.#changes = []
    this.#head = 0
    this.#since = since
    this.#budget.release(bytes)
  }

  /** At most `limit` changes after a revision, in order. */
  after(revision: Revision, limit: number): readonly Change[] {
    const first = this.#firstAfter(revision)
    return this.#changes.slice(first, first + limit)
  }

  /** Drops the oldest, and answers what that gives back. Only the budget calls it. */
  dropOldest(): number {
    if (this.#released > 0) {
      this.#released--
      return 0
    }
    const oldest = this.#changes[this.#head++]
    if (!oldest) return 0
    this.#since = oldest.revision
    if (this.#head > this.#changes.length / 2) {
      this.#changes = this.#changes.slice(this.#head)
      this.#head = 0
    }
    return weightOf(oldest)
  }

  #firstAfter(revision: Revision): number {
    let low = this.#head
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}

function weightOf(change: Change | undefined): number {
  if (!change) return 0
  let bytes = CHANGE_BYTES + (change.now?.bytes.length ?? 0) + (change.before?.bytes.length ?? 0)
  for (const frame of change.frames.values()) bytes += frame.length
  return bytes
}
