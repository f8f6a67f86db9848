/**
 * One watch over the whole store, dealt out to whoever keeps a part of it in memory.
 *
 *     store.watch('') ──events──► whole commits ──► caches of the resources that were written ──► revision moves on
 *                                                                                            └──► their watchers are told
 *
 * One watch for all, not one for each resource: a write costs the resource that it is of, and thousands of idle kinds
 * cost nothing. A commit is dealt out when its last event is here, so that what is read always ends between commits.
 */
import { type Backoff, backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { Event, Revision, Store, Watch } from '@muster/store/store.ts'
import { resourcePrefixOf } from './key.ts'

/** Keeps a part of the store in memory. */
export interface FeedListener {
  /** Takes in the events of whole commits, in order. */
  apply(events: readonly Event[]): void
  /** Everybody has taken in all up to the feed's revision, which was `before` until now: who waits may be told. */
  announce(before: Revision): void
  /** Events were lost for good; the feed goes on from a later revision, and what was kept is wrong. */
  startOver(): void
}

/** What a feed is made of. */
export interface FeedDeps {
  readonly store: Pick<Store, 'head' | 'watch'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** A store that is away is asked again after up to this long, and then up to twice as long each time. */
const AGAIN_AFTER = milliseconds(50)
const AGAIN_AFTER_MAX = seconds(2)

interface Waiting {
  readonly revision: Revision
  readonly reached: () => void
}

/** One for each server. */
export class Feed {
  readonly #deps: FeedDeps
  readonly #listeners = new Map<string, FeedListener>()
  readonly #everything = new Set<FeedListener>()
  readonly #waiting = new Set<Waiting>()
  #revision = 0 as Revision
  #watch: Watch | undefined
  /** Events of a commit whose last event has not come yet. */
  #begun: Event[] = []
  #closed = false

  constructor(deps: FeedDeps) {
    this.#deps = deps
  }

  /** Begins at the head of the store. */
  async open(): Promise<void> {
    this.#revision = await this.#deps.store.head()
    void this.#run()
  }

  /** Everything up to here has been taken in by all listeners, and nothing beyond. The end of a commit. */
  get revision(): Revision {
    return this.#revision
  }

  /** Deals the events of one resource to a listener, from now on. */
  listen(resourcePrefix: string, listener: FeedListener): void {
    this.#listeners.set(resourcePrefix, listener)
  }

  /** Deals all events to a listener, from now on. */
  listenToEverything(listener: FeedListener): void {
    this.#everything.add(listener)
  }

  /** Resolves to true once the feed is at a revision, or to false when that takes too long. */
  reach(revision: Revision, within?: Duration): Promise<boolean> {
    if (this.#revision >= revision) return Promise.resolve(true)
    return new Promise((resolve) => {
      const late = new AbortController()
      const waiting = {
        revision,
        reached: () => {
          late.abort()
          resolve(true)
        },
      }
      this.#waiting.add(waiting)
      if (within === undefined) return
      this.#deps.clock.sleep(within, late.signal).then(
        () => {
          this.#waiting.delete(waiting)
          resolve(false)
        },
        () => {},
      )
    })
  }

  close(): void {
    this.#closed = true
    this.#watch?.close()
  }

  async #run(): Promise<void> {
    const { store, clock, random, log } = this.#deps
    const patience = backoff(AGAIN_AFTER, AGAIN_AFTER_MAX)
    let pause: Backoff = patience
    while (!this.#closed) {
      try {
        this.#begun = []
        this.#watch = store.watch('', this.#revision)
        for (let events = await this.#watch.next(); events; events = await this.#watch.next()) {
          this.#take(events)
          pause = patience
        }
      } catch (error) {
        if (!isControlError(error)) throw error
        if (this.#closed) return
        if (hasCode(error, 'Gone')) await this.#startOver()
        else log.warn('the watch of the store broke; resuming', { revision: this.#revision, error })
        const { wait, next } = nextWait(pause, random)
        pause = next
        await clock.sleep(wait)
      }
    }
  }

  #take(events: readonly Event[]): void {
    const begun = this.#begun.length === 0 ? events : [...this.#begun, ...events]
    const last = begun.findLastIndex(({ revision, commitRevision }) => revision === commitRevision)
    this.#begun = begun.slice(last + 1)
    const end = begun[last]
    if (!end) return
    const dealt = this.#deal(last === begun.length - 1 ? begun : begun.slice(0, last + 1))
    this.#advance(end.revision, dealt)
  }

  /** Hands each listener its events, and answers who had some. */
  #deal(events: readonly Event[]): Iterable<FeedListener> {
    const dealt = new Map<FeedListener, Event[]>()
    for (const event of events) {
      const listener = this.#listeners.get(resourcePrefixOf(event.key))
      if (listener === undefined) continue
      const own = dealt.get(listener)
      if (own) own.push(event)
      else dealt.set(listener, [event])
    }
    for (const [listener, own] of dealt) listener.apply(own)
    for (const listener of this.#everything) listener.apply(events)
    return dealt.keys()
  }

  #advance(revision: Revision, dealt: Iterable<FeedListener>): void {
    const before = this.#revision
    this.#revision = revision
    for (const waiting of this.#waiting) {
      if (waiting.revision > revision) continue
      this.#waiting.delete(waiting)
      waiting.reached()
    }
    for (const listener of dealt) listener.announce(before)
  }

  /** Compaction has passed the feed. What is kept is read anew, at the head. */
  async #startOver(): Promise<void> {
    const { store, log } = this.#deps
    try {
      const head = await store.head()
      log.warn('compaction has passed the watch of the store: all is read anew', { from: this.#revision, to: head })
      for (const listener of [...this.#listeners.values(), ...this.#everything]) listener.startOver()
      this.#advance(head, [])
    } catch (error) {
      if (!isControlError(error)) throw error
    }
  }
}
