/**
 * Group commit. Everything that changes the store waits here for the next group.
 *
 *     commit ─┐                 ┌────────────────── one group ──────────────────┐
 *     commit ─┼─► waiting ─► draft (guards, revisions) ─► log.append ─► ledger.apply ─► answers, watches
 *     commit ─┘        ▲                                  durable here
 *                      └── commits that come meanwhile wait for the next group
 *
 * While one group is written, the next is judged and follows it: two are on their way at most. A guard is judged against
 * what is durable, what is on its way, and its own group; its answer waits until all of that is durable. Nothing is
 * visible before.
 */
import type { Clock } from '@muster/base/clock.ts'
import { ControlError, hasCode, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { Draft } from './draft.ts'
import type { Ledger } from './ledger.ts'
import { COMMIT_BYTES_MAX, WAITING_COMMITS_MAX } from './limits.ts'
import type { Log } from './log.ts'
import type { LogRecord, StateRecord } from './record.ts'
import type { Event, StoreHealth } from './store.ts'

/** What one caller wants of the next group: its judgement, then its answer. */
export interface Waiting {
  /** Roughly what it adds to the group. */
  readonly bytes: number
  /** Adds to the draft. Throws when it cannot be tried at all. */
  judge(draft: Draft): void
  /** The group is durable. */
  settle(): void
  /** The group is not durable; or, in doubt, it is not known whether it is. */
  fail(error: ControlError, inDoubt: boolean): void
}

/** What group commit works on. */
export interface CommitterDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly ledger: Ledger
  readonly storeLog: Log
  /** Where events are collected for watchers; undefined while nobody watches. */
  readonly collect: () => Event[] | undefined
  /** Called with what was collected, once it is durable and in the ledger. */
  readonly publish: (events: readonly Event[]) => void
}

/**
 * A group is one write to the disk: large enough to be worth a flush, small enough not to keep others of this thread
 * waiting, who get no turn while one is judged.
 */
const GROUP_COMMITS_MAX = 256
const GROUP_BYTES_MAX = 2 * COMMIT_BYTES_MAX

/**
 * Callers answered before others of this thread get a turn: what each does with its answer is its own affair, and may
 * take longer than the commit did.
 */
const ANSWERS_PER_TURN = 32

/** So many that halves are still worth a flush each. */
const HALVED_FROM = 16

interface Flying {
  readonly draft: Draft
  readonly waiting: readonly Waiting[]
  /** Resolves when its callers were told: to undefined when the group is durable, else to why it is not. */
  readonly landed: Promise<ControlError | undefined>
}

/** One for each open store: the only way in which the ledger changes after opening. */
export class Committer {
  health: StoreHealth = { state: 'ready' }
  readonly #deps: CommitterDeps
  #waiting: Waiting[] = []
  /** Groups on their way to the disk, the older first: at most two. */
  readonly #flying: Flying[] = []
  #isDraining = false
  #join: () => void = () => {}
  #running: Promise<void> | undefined
  /** The group launched last. */
  #landed: Flying['landed'] = Promise.resolve(undefined)

  constructor(deps: CommitterDeps) {
    this.#deps = deps
  }

  /** Throws TooManyRequests or Unavailable when it cannot wait. */
  enqueue(waiting: Waiting): void {
    if (this.health.state === 'stopped') throw stopped(this.health.reason)
    if (this.#waiting.length >= WAITING_COMMITS_MAX) {
      throw new ControlError('TooManyRequests', `${WAITING_COMMITS_MAX} commits wait for the disk: try again later`)
    }
    this.#waiting.push(waiting)
    this.#running ??= this.#run()
    if (this.#mayFly()) this.#join()
  }

  /** Resolves when the group has been judged and is durable; rejects with what `judge` threw. */
  inNextGroup(judge: (draft: Draft) => void, bytes = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enqueue({ bytes, judge, settle: resolve, fail: reject })
    })
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
    await this.#landed
  }

  async #run(): Promise<void> {
    // Whoever calls in this same turn shall be in the first group.
    await this.#turnEnds()
    while (this.#waiting.length > 0 || this.#flying.length > 0) {
      if (this.#mayFly()) this.#launch()
      else {
        await Promise.race([this.#flying[0]?.landed, this.#joined()])
        // The callers just answered may ask again at once: they shall be in the next group, not in the one after.
        await this.#turnEnds()
      }
    }
    this.#running = undefined
  }

  /**
   * Resolves once every promise callback that is ready has run, and whatever else this thread has been given to do: many
   * requests that came together shall share a flush.
   */
  async #turnEnds(): Promise<void> {
    await new Promise<void>((resolve) => process.nextTick(resolve))
    await this.#deps.storeLog.pause()
  }

  /**
   * The first group of many takes half of them, so that the disk works while the other half is judged; from then on each
   * group gathers while the one before is written. A second group of a few would only keep others from joining it.
   */
  #mayFly(): boolean {
    const { length } = this.#waiting
    const [flying, second] = this.#flying
    if (second || this.#isDraining) return false
    return flying ? length > 0 && length >= flying.waiting.length / 2 : length > 0
  }

  /** Resolves when there are enough to fly beside the group that is flying. */
  #joined(): Promise<void> {
    return new Promise((resolve) => {
      this.#join = resolve
    })
  }

  #launch(): void {
    const before = this.#flying.at(-1)
    const draft = new Draft(this.#deps.ledger, this.#deps.clock.now(), before?.draft)
    const judged: Waiting[] = []
    for (const waiting of this.#takeGroup(before === undefined)) {
      try {
        waiting.judge(draft)
        judged.push(waiting)
      } catch (error) {
        waiting.fail(asControlError(error), false)
      }
    }
    const landed = this.#land(draft, judged, before?.landed)
    this.#flying.push({ draft, waiting: judged, landed })
    this.#landed = landed
  }

  #takeGroup(isFirst: boolean): Waiting[] {
    const { length } = this.#waiting
    const countMax = Math.min(isFirst && length >= HALVED_FROM ? length >>> 1 : length, GROUP_COMMITS_MAX)
    let count = 0
    for (let bytes = 0; count < countMax && bytes < GROUP_BYTES_MAX; count++) bytes += this.#waiting[count]?.bytes ?? 0
    const group = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    return group
  }

  async #land(draft: Draft, judged: readonly Waiting[], before?: Flying['landed']): Flying['landed'] {
    const failure = await this.#append(draft.records, before)
    this.#flying.shift()
    // What follows a failed group fails with it; a new try begins when none of it is left.
    this.#isDraining = (failure !== undefined || this.#isDraining) && this.#flying.length > 0
    if (failure) this.#failGroup(judged, failure)
    else {
      if (draft.records.length > 0) this.#apply(draft.records)
      this.#flying[0]?.draft.beforeIsDurable()
      await this.#answer(judged)
    }
    return failure
  }

  async #answer(judged: readonly Waiting[]): Promise<void> {
    for (const [at, waiting] of judged.entries()) {
      if (at > 0 && at % ANSWERS_PER_TURN === 0) await this.#deps.storeLog.pause()
      waiting.settle()
    }
  }

  /** Why the group is not durable, or undefined when it is. The one before is done when this resolves. */
  async #append(records: readonly LogRecord[], before?: Flying['landed']): Flying['landed'] {
    const { storeLog, ledger } = this.#deps
    const state = async (): Promise<StateRecord> => {
      const failed = await before
      if (failed) throw failed
      return ledger.state()
    }
    try {
      if (records.length > 0) await storeLog.append(records, { follows: before !== undefined, state })
      // A group that had nothing to write rests on the one before all the same.
      return await before
    } catch (error) {
      await before
      return asControlError(error)
    }
  }

  #apply(records: readonly LogRecord[]): void {
    const { ledger, collect, publish, log } = this.#deps
    if (this.health.state === 'full') {
      this.health = { state: 'ready' }
      log.info('the store writes again')
    }
    const events = collect()
    for (const record of records) ledger.apply(record, events)
    if (events) publish(events)
  }

  #failGroup(judged: readonly Waiting[], error: ControlError): void {
    const { clock, log } = this.#deps
    const known = hasCode(error, 'StorageFull')
    if (known && this.health.state === 'ready') log.warn('the store cannot write: the disk is full', { error })
    if (!known && this.health.state !== 'stopped') {
      log.error('the store has stopped: a group of commits is in doubt', { error })
    }
    if (this.health.state !== 'stopped') {
      this.health = { state: known ? 'full' : 'stopped', reason: error.message, since: clock.now() }
    }
    // A conflict or an answer to a repeated token may rest on this very group: they share its fate.
    for (const waiting of judged) waiting.fail(error, !known)
    if (known) return
    for (const waiting of this.#waiting) waiting.fail(stopped(error.message), false)
    this.#waiting = []
  }
}

const stopped = (reason: string) =>
  new ControlError('Unavailable', `the store has stopped writing: ${reason}. Open it again to learn what is durable`)

function asControlError(error: unknown): ControlError {
  if (isControlError(error)) return error
  return new ControlError('Internal', error instanceof Error ? error.message : String(error), error)
}
