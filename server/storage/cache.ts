/**
 * One resource in memory, over all logical clusters: its live objects, and its newest changes.
 *
 *     first use ──range at R, the feed's revision──► loaded ──events after R──► always as of the feed's revision
 *                     events meanwhile wait ───────────┘
 *
 * Made on first use. What it holds is shared with the store of the same process: an object costs its place in two
 * indexes and no second copy of its bytes.
 */
import { hasCode } from '@muster/base/errors.ts'
import { toByteText } from '@muster/store/keys.ts'
import type { Entry, Event, Range, Revision, Store } from '@muster/store/store.ts'
import { cachedObject } from './cached-object.ts'
import { type Change, freshChange, type RecentBudget, RecentChanges } from './change.ts'
import type { Feed, FeedListener } from './feed.ts'
import { formatKey, scopePrefix } from './key.ts'
import { OrderedObjects, type Visit } from './ordered-objects.ts'
import { fitsTarget, type Target } from './selection.ts'

/** Who wants to know when objects change. */
export interface CacheWatchers {
  /** These changes were taken in: all of those between `before` and the feed's revision. */
  changed(changes: readonly Change[], before: Revision): void
  /** Changes were lost for good: nobody who watches can go on. */
  lost(): void
}

/** What a cache is made of. */
export interface CacheDeps {
  readonly store: Pick<Store, 'range'>
  readonly feed: Feed
  readonly budget: RecentBudget
  /** Lets others of this thread have their turn. */
  readonly pause: () => Promise<void>
}

/** Objects taken in between two pauses: some milliseconds. */
const OBJECTS_PER_SLICE = 1000

/** One for each resource that anybody has asked for. */
export class ResourceCache implements FeedListener {
  readonly prefix: string
  readonly objects = new OrderedObjects()
  readonly recent: RecentChanges
  /** Set once, by who made the cache. */
  watchers: CacheWatchers | undefined
  readonly #deps: CacheDeps
  #changedAt: Revision
  #isLoaded = false
  #loading: Promise<void> | undefined
  /** Events that come while the resource is read. Neither loaded nor being read, it listens to nothing. */
  #early: Event[] | undefined
  /** Taken in, and not told to watchers yet. */
  #untold: Change[] = []

  constructor(prefix: string, deps: CacheDeps) {
    this.prefix = prefix
    this.#deps = deps
    this.#changedAt = deps.feed.revision
    this.recent = new RecentChanges(deps.feed.revision, deps.budget)
    deps.feed.listen(prefix, this)
  }

  /** The revision at which the objects are true. */
  get revision(): Revision {
    return this.#deps.feed.revision
  }

  /** No object has changed since this revision. It may be later than the last change, never earlier. */
  get changedAt(): Revision {
    return this.#changedAt
  }

  /** True when the objects may be read now. */
  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** Resolves when the objects may be read. Rejects as the store does; then the next call tries again. */
  load(): Promise<void> {
    if (this.#isLoaded) return LOADED
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
      this.#early = undefined
    })
    return this.#loading
  }

  /** Visits what a target's names choose, from a key on; its selection is left to the caller. */
  visit(target: Target, from: string | undefined, visit: Visit): void {
    const { cluster, namespace, name } = target
    if (cluster !== undefined && namespace !== undefined && name !== undefined) {
      const object = this.objects.get(formatKey({ ...target, cluster, namespace, name }))
      if (object && (from === undefined || toByteText(object.key) >= toByteText(from))) visit(object)
      return
    }
    this.objects.visit(scopePrefix(target), from, (object) => (fitsTarget(target, object.key) ? visit(object) : 'next'))
  }

  /** What selectors may ask of objects is worked out anew, since it may be something else now. */
  forgetAttributes(): void {
    this.objects.visit(this.prefix, undefined, (object) => {
      object.attributes = undefined
      return 'next'
    })
  }

  apply(events: readonly Event[]): void {
    this.#early?.push(...events)
    if (this.#isLoaded) for (const event of events) this.#apply(event)
  }

  announce(before: Revision): void {
    const changes = this.#untold
    this.#untold = []
    if (changes.length > 0) this.watchers?.changed(changes, before)
  }

  startOver(): void {
    this.#isLoaded = false
    this.#untold = []
    if (this.#early) this.#early = []
    this.watchers?.lost()
  }

  async #load(): Promise<void> {
    const { feed } = this.#deps
    while (!this.#isLoaded) {
      const early: Event[] = []
      this.#early = early
      const { revision } = feed
      const range = await this.#rangeAt(revision)
      if (range) await this.#fill(range.entries)
      // When compaction passed the feed meanwhile, events between that revision and this are lost.
      if (range && this.#early === early) this.#begin(revision, early)
      else await feed.reach((revision + 1) as Revision)
    }
  }

  /** What is there at a revision; undefined when compaction has passed it, as it will pass the feed. */
  async #rangeAt(revision: Revision): Promise<Range | undefined> {
    try {
      return await this.#deps.store.range(this.prefix, { at: revision })
    } catch (error) {
      if (!hasCode(error, 'Gone')) throw error
      return undefined
    }
  }

  async #fill(entries: readonly Entry[]): Promise<void> {
    this.objects.clear()
    for (const [index, entry] of entries.entries()) {
      if (index % OBJECTS_PER_SLICE === OBJECTS_PER_SLICE - 1) await this.#deps.pause()
      const object = cachedObject(entry)
      if (object) this.objects.put(object)
    }
  }

  #begin(revision: Revision, early: readonly Event[]): void {
    this.#changedAt = revision
    this.recent.restart(revision)
    for (const event of early) this.#apply(event)
    this.#untold = []
    this.#early = undefined
    this.#isLoaded = true
  }

  #apply(event: Event): void {
    const now = event.event === 'put' ? cachedObject(event.entry) : undefined
    const before = now ? this.objects.put(now) : this.objects.delete(event.key)
    // What is no object is not there, before and after.
    if (!now && !before) return
    this.#changedAt = event.revision
    const change = freshChange(event.key, event.revision, before, now)
    this.recent.push(change)
    this.#untold.push(change)
  }
}

const LOADED = Promise.resolve()
