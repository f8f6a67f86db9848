/**
 * A clock that moves only when told to, and everything that waits for it.
 *
 *     instant   0 ──── wake a, wake b ──── settle ──── 5 ──── wake c ──── settle ──── 12 ...
 *
 * All that is due at one instant is woken in order of asking; then the promise queue is drained once, and only then
 * does time move. One drain an instant, not one a sleeper, because a drain costs more than waking anybody.
 */
import { type Clock, type Duration, type Instant, instant } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { type Timer, timerHeap } from './timers.ts'

/** Why a run stopped: nobody waits any more, the time given is over, or what was waited for came true. */
export type Stopped = 'idle' | 'time-over' | 'reached'

/** Simulated time, with the verbs that move it. */
export interface SimClock extends Clock {
  /** Calls back after `length`. Cheaper than a sleep: no promise. Of an owner, it can be forgotten with the rest. */
  after(length: Duration, run: () => void, owner?: object): Timer
  /** Does nothing to a timer that has run. */
  cancel(timer: Timer): void
  /** Cancels all that waits on behalf of one owner; its sleeps never end. */
  forget(owner: object): void
  /** Runs all that is due within `length`, and ends exactly then. */
  advance(length: Duration): Promise<void>
  /** Runs until nobody waits, `max` has passed, or `until` holds after an instant. */
  runUntilIdle(limits: { readonly max: Duration; readonly until?: () => boolean }): Promise<Stopped>
}

/** How a simulated clock starts and what looks on. */
export interface SimClockSettings {
  /** What the wall clock shows at elapsed time 0. Default: the first day of 2026. */
  readonly start?: Instant
  /** Called after every instant, once everybody has had their turn. What it throws ends the run. */
  readonly onInstant?: () => void
}

const START = instant(Date.UTC(2026, 0, 1))

/** More turns than this without time moving is a loop that would never end. */
const TURNS_PER_INSTANT_MAX = 10_000

/** One for promises, one for a store that gathers a group until its turn ends. What takes longer spills over. */
const TICKS_PER_INSTANT = 2

/** Being idle is a verdict: it is not given while a chain of turns may still be going on. */
const TICKS_BEFORE_IDLE = 32

/** A clock at elapsed time 0. */
export function simClock(settings: SimClockSettings = {}): SimClock {
  const { start = START, onInstant } = settings
  const timers = timerHeap()
  let elapsed = 0
  let running = false

  const after = (length: Duration, run: () => void, owner?: object): Timer =>
    timers.add(elapsed + Math.max(0, length), run, owner)

  /** Runs instants until `end`, and tells what stopped it. */
  const runTo = async (end: number, until?: () => boolean): Promise<Stopped> => {
    assert(!running, 'simulated time is moved by one caller at a time')
    running = true
    try {
      // Into the promise queue first: from plain code a tick would come before it, not after.
      await undefined
      await settle(TICKS_PER_INSTANT)
      let turns = 0
      for (;;) {
        onInstant?.()
        if (until?.()) return 'reached'
        if (timers.peek() === undefined) await settle(TICKS_BEFORE_IDLE)
        const next = timers.peek()
        if (next === undefined) return 'idle'
        if (next.dueAt > end) return 'time-over'
        turns = next.dueAt === elapsed ? turns + 1 : 0
        if (turns > TURNS_PER_INSTANT_MAX)
          throw new TypeError(`broken promise: time moves on; it stands at ${elapsed} ms`)
        elapsed = next.dueAt
        while (timers.peek()?.dueAt === elapsed) timers.take()?.run()
        await settle(TICKS_PER_INSTANT)
      }
    } finally {
      running = false
    }
  }

  return {
    now: () => instant(start + elapsed),
    elapsed: () => elapsed as Duration,
    after,
    cancel: timers.cancel,
    forget: timers.forget,
    sleep: sleepOn(after, timers.cancel),

    async advance(length) {
      const end = elapsed + length
      await runTo(end)
      elapsed = end
    },

    async runUntilIdle({ max, until }) {
      const end = elapsed + max
      const stopped = await runTo(end, until)
      if (stopped === 'time-over') elapsed = end
      return stopped
    },
  }
}

/** Builds the promise of {@link Clock.sleep} on any way to set and cancel a timer. */
export function sleepOn(
  after: (length: Duration, run: () => void) => Timer,
  cancel: (timer: Timer) => void,
): Clock['sleep'] {
  return (length, signal) =>
    new Promise((resolve, reject) => {
      if (signal === undefined) {
        after(length, resolve)
        return
      }
      if (signal.aborted) return reject(signal.reason)
      const stop = () => {
        cancel(timer)
        reject(signal.reason)
      }
      const timer = after(length, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      signal.addEventListener('abort', stop, { once: true })
    })
}

/**
 * Lets every ready promise callback run: Node serves a tick only once the promise queue is empty.
 * Code that itself waits for the end of a turn with `process.nextTick` takes one tick more each time.
 */
const settle = (ticks: number): Promise<void> =>
  new Promise((resolve) => {
    let left = ticks
    const onTick = () => {
      if (--left === 0) resolve()
      else turnEnds.then(nextTurn)
    }
    const nextTurn = () => nextTick(onTick)
    nextTurn()
  })

const turnEnds = Promise.resolve()
const { nextTick } = process
