/**
 * Group commit. Everything that changes the store waits here for the next group.
 *
 *     commit ─┐                 ┌────────────────── one group ──────────────────┐
 *     commit ─┼─► waiting ─► draft (guards, revisions) ─► log.append ─► ledger.apply ─► answers, watches
 *     commit ─┘        ▲                                  durable here
 *                      └── commits that come meanwhile wait for the next group
 *
 * One group is on its way at a time. So a guard is only ever judged against what is durable or in its own group, and
 * nothing is visible before it is durable.
 */
import type { Clock } from '@muster/base/clock.ts'
import { ControlError, hasCode, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { Draft } from './draft.ts'
import type { Ledger } from './ledger.ts'
import { COMMIT_BYTES_MAX, WAITING_COMMITS_MAX } from './limits.ts'
import type { Log } from './log.ts'
import type { LogRecord } from './record.ts'
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
 * waiting, who get no turn while one is judged and answered.
 */
const GROUP_COMMITS_MAX = 256
const GROUP_BYTES_MAX = 2 * COMMIT_BYTES_MAX

export class Committer {
  health: StoreHealth = { state: 'ready' }
  readonly #deps: CommitterDeps
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

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
  }

  /** Resolves when the group has been judged and is durable; rejects with what `judge` threw. */
  inNextGroup(judge: (draft: Draft) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enqueue({ bytes: 0, judge, settle: resolve, fail: reject })
    })
  }

  async appendAndApply(records: readonly LogRecord[]): Promise<void> {
    const { storeLog, ledger, collect, publish, log } = this.#deps
    await storeLog.append(records, () => ledger.state())
    if (this.health.state === 'full') {
      this.health = { state: 'ready' }
      log.info('the store writes again')
    }
    const events = collect()
    for (const record of records) ledger.apply(record, events)
    if (events) publish(events)
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // Whoever calls in this same turn shall be in the first group.
    await turnEnds()
    while (this.#waiting.length > 0) {
      await this.#commitGroup(this.#takeGroup())
      // The callers just answered may ask again at once: they shall be in the next group, not in the one after.
      await turnEnds()
    }
    this.#running = undefined
  }

  #takeGroup(): Waiting[] {
    const countMax = Math.min(this.#waiting.length, GROUP_COMMITS_MAX)
    let count = 0
    for (let bytes = 0; count < countMax && bytes < GROUP_BYTES_MAX; count++) bytes += this.#waiting[count]?.bytes ?? 0
    const group = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    return group
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const draft = new Draft(this.#deps.ledger, this.#deps.clock.now())
    const judged: Waiting[] = []
    for (const waiting of group) {
      try {
        waiting.judge(draft)
        judged.push(waiting)
      } catch (error) {
        waiting.fail(asControlError(error), false)
      }
    }
    try {
      if (draft.records.length > 0) await this.appendAndApply(draft.records)
    } catch (error) {
      this.#failGroup(judged, asControlError(error))
      return
    }
    for (const waiting of judged) waiting.settle()
  }

  #failGroup(judged: readonly Waiting[], error: ControlError): void {
    const { clock, log } = this.#deps
    const known = hasCode(error, 'StorageFull')
    if (known && this.health.state !== 'full') log.warn('the store cannot write: the disk is full', { error })
    if (!known) log.error('the store has stopped: a group of commits is in doubt', { error })
    this.health = { state: known ? 'full' : 'stopped', reason: error.message, since: clock.now() }
    // A conflict or an answer to a repeated token may rest on this very group: they share its fate.
    for (const waiting of judged) waiting.fail(error, !known)
    if (known) return
    for (const waiting of this.#waiting) waiting.fail(stopped(error.message), false)
    this.#waiting = []
  }
}

/** Resolves once every promise callback that is ready has run. */
const turnEnds = () => new Promise<void>((resolve) => process.nextTick(resolve))

const stopped = (reason: string) =>
  new ControlError('Unavailable', `the store has stopped writing: ${reason}. Open it again to learn what is durable`)

function asControlError(error: unknown): ControlError {
  if (isControlError(error)) return error
  return new ControlError('Internal', error instanceof Error ? error.message : String(error), error)
}
