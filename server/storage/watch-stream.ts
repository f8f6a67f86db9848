/**
 * One watch, as whoever sends it on pulls it: blocks of whole frames.
 *
 *     initial events ──► past ──► recent ──► told everything ──► waits ──► its turn: told by the hub, or an alarm
 *     (when asked for)   (log)   (memory)        ▲                            │
 *                                                └────────────────────────────┘
 *
 * A watch is a cursor: every change that concerns it up to there has been handed out. It holds no queue, so a client
 * that reads slowly costs nobody memory; once it has fallen out of what is kept in memory, after having kept up, it is
 * disconnected, and may come back from where it was. Bookmarks say the cursor, so they never say too much.
 */
import { expired, statusOf } from '@muster/api/status.ts'
import type { Duration } from '@muster/base/clock.ts'
import { type ControlError, hasCode, isControlError } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'
import type { Hub, StreamAudience } from './hub.ts'
import { type InitialBlock, initialBlocks } from './initial-events.ts'
import type { Target } from './selection.ts'
import type { StoredObject } from './stored-object.ts'
import type { WatchEncoding } from './watch-encoding.ts'

/** What one watch is to be. */
export interface WatchSettings {
  readonly target: Target
  readonly encoding: WatchEncoding
  /** Begin with what was there at `after`, when this is wanted. */
  readonly initial?: { readonly objects: readonly StoredObject[] }
  /** Go on with what came after this revision. */
  readonly after: Revision
  readonly bookmarks: boolean
  /** The elapsed time at which it ends. */
  readonly deadline: Duration
}

/** How often a watch that wants bookmarks gets one. Source: apiserver pkg/storage/cacher defaultBookmarkFrequency. */
export const BOOKMARK_EVERY = 60_000 as Duration

/** What a watch is told when history that it still needed is no longer kept. Source: apiserver pkg/storage/etcd3. */
const PASSED = 'The resourceVersion for the provided watch is too old.'

type Result = IteratorResult<Uint8Array, undefined>

const DONE: Result = { done: true, value: undefined }

/** `told everything`: nothing to hand out now. `past`: the log is to be read first. `over`: nothing any more. */
type Step = Uint8Array | 'told everything' | 'past' | 'over'

/** One reader, who does not call `next` again before it has answered. */
export class WatchStream implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly settings: WatchSettings
  readonly #hub: Hub
  #audience: StreamAudience
  #cursor: Revision
  /** Present until all initial events are handed out. */
  #initial: Iterator<InitialBlock, void, undefined> | undefined
  #hasKeptUp = false
  #isBookmarkDue = false
  /** `finishing`: once everything is told. `ending`: after the bookmark or the error that is due. */
  #life: 'open' | 'finishing' | 'ending' | 'over' = 'open'
  #error: ControlError | undefined
  #answer: ((result: Result) => void) | undefined

  constructor(settings: WatchSettings, hub: Hub) {
    const { target, encoding, initial, after: revision, bookmarks: bookmark } = settings
    this.settings = settings
    this.#hub = hub
    this.#audience = hub.enter(this, { target, encoding, isFirst: encoding.firstEvent !== undefined })
    this.#cursor = revision
    this.#initial = initial && initialBlocks({ objects: initial.objects, revision, encoding, bookmark })
    this.#setAlarm()
  }

  next(): Promise<Result> {
    const step = this.#step()
    if (step === 'past') return this.#readPast()
    if (step !== 'told everything') return Promise.resolve(resultOf(step))
    this.#audience.waiting.add(this)
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  /** The reader has gone. */
  return(): Promise<Result> {
    this.#leave()
    this.#give(DONE)
    return Promise.resolve(DONE)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** There is something for it that came after a revision. Only the hub says so, to one that waits. */
  isBehind(before: Revision): void {
    this.#cursor = before
  }

  /** Its turn to be told has come. */
  wake(): void {
    if (!this.#answer) return
    const step = this.#step()
    if (step === 'told everything') this.#audience.waiting.add(this)
    // One that has waited has kept up, and does not go back to the log.
    else this.#give(resultOf(step === 'past' ? 'over' : step))
  }

  /** Time for a bookmark, or to end. */
  alarm(): void {
    const { bookmarks, deadline } = this.settings
    this.#isBookmarkDue = bookmarks
    if (this.#hub.deps.clock.elapsed() >= deadline) {
      if (this.#life !== 'over') this.#life = 'ending'
    } else this.#setAlarm()
    this.#stopWaiting()
    // A reader that comes back too late, or never, is not remembered.
    if (!this.#answer && (this.#life === 'ending' || this.#isTooSlow)) this.#hub.leave(this, this.#audience)
  }

  /** Ends once everything is told: its kind is not served any more, or not in this way. */
  finish(): void {
    if (this.#life === 'open') this.#life = 'finishing'
    this.#stopWaiting()
  }

  /** Ends with an error event: what it would have to be told is lost, and the client must list again. */
  failAsPassed(): void {
    this.#fail(expired(PASSED))
    this.#stopWaiting()
  }

  #step(): Step {
    try {
      const step = this.#nextBlock()
      if (step === 'over') this.#leave()
      return step
    } catch (error) {
      // An object that cannot be shown in the way that was asked for, such as by a conversion that fails.
      if (!isControlError(error)) throw error
      this.#fail(error)
      return this.#lastBlock()
    }
  }

  #nextBlock(): Step {
    if (this.#life === 'over') return 'over'
    if (this.#life === 'ending') return this.#lastBlock()
    const initial = this.#nextInitial()
    if (initial) return initial
    for (;;) {
      const { head } = this.#hub
      if (this.#isOutOfMemory) return this.#hasKeptUp ? 'over' : 'past'
      const { bytes, upTo } = this.#audience.block(this.#cursor, head)
      this.#cursor = upTo
      if (bytes) return this.#withEvents(bytes)
      if (upTo === head) break
    }
    this.#hasKeptUp = true
    if (this.#life === 'finishing') return 'over'
    if (!this.#isBookmarkDue) return 'told everything'
    this.#isBookmarkDue = false
    return this.settings.encoding.bookmark(this.#cursor, false)
  }

  #nextInitial(): Uint8Array | undefined {
    const block = this.#initial?.next().value
    if (!block) this.#initial = undefined
    return block?.hasEvents ? this.#withEvents(block.bytes) : block?.bytes
  }

  /** Hands out the error or the bookmark that is due, and then nothing any more. */
  #lastBlock(): Step {
    const { encoding } = this.settings
    this.#leave()
    if (this.#error) return encoding.error(statusOf(this.#error))
    return this.#isBookmarkDue && !this.#initial ? encoding.bookmark(this.#cursor, false) : 'over'
  }

  async #readPast(): Promise<Result> {
    const { cache, past } = this.#hub.deps
    try {
      while (this.#isOutOfMemory && this.#isGoingOn) {
        const page = await past.page(cache.prefix, this.#cursor, cache.recent.since)
        if (!this.#isGoingOn) break
        const { bytes, upTo } = this.#audience.join(page.changes, page.upTo)
        this.#cursor = upTo
        if (bytes) return resultOf(this.#withEvents(bytes))
      }
    } catch (error) {
      if (!isControlError(error)) throw error
      this.#fail(hasCode(error, 'Gone') ? expired(PASSED) : error)
    }
    return this.next()
  }

  /** The bytes; from now on events are sent as those after the first. */
  #withEvents(bytes: Uint8Array): Uint8Array {
    const { settings } = this.#audience
    if (settings.isFirst) this.#audience = this.#hub.move(this.#audience, { ...settings, isFirst: false })
    return bytes
  }

  get #isGoingOn(): boolean {
    return this.#life === 'open' || this.#life === 'finishing'
  }

  get #isOutOfMemory(): boolean {
    return this.#cursor < this.#hub.deps.cache.recent.since
  }

  get #isTooSlow(): boolean {
    return this.#hasKeptUp && this.#isOutOfMemory
  }

  #fail(error: ControlError): void {
    if (this.#life === 'over') return
    this.#life = 'ending'
    this.#error = error
  }

  /** One that waits has been told everything up to now; it gets a turn. */
  #stopWaiting(): void {
    if (!this.#audience.waiting.delete(this)) return
    this.#cursor = this.#hub.head
    this.#hub.tellSoon(this)
  }

  #give(result: Result): void {
    const answer = this.#answer
    this.#answer = undefined
    answer?.(result)
  }

  #leave(): void {
    this.#life = 'over'
    this.#hub.leave(this, this.#audience)
  }

  #setAlarm(): void {
    const { alarms, clock } = this.#hub.deps
    const { bookmarks, deadline } = this.settings
    const bookmarkAt = bookmarks ? clock.elapsed() + BOOKMARK_EVERY : deadline
    alarms.set(this, Math.min(bookmarkAt, deadline) as Duration)
  }
}

const resultOf = (step: Uint8Array | 'over'): Result => (step === 'over' ? DONE : { done: false, value: step })
