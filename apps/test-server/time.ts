/** The clock of a test: the machine's, or one that stands still until the test moves it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Duration, Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { type SimClock, simClock } from '@muster/sim/clock.ts'
import { durationOf, type Length } from './duration.ts'

/** What a test may ask of time. */
export interface TestClock {
  /** What the wall clock of the API shows. */
  now(): Date
  /**
   * Moves time, with everything that is due on the way, and lets what follows from it settle. In virtual time alone:
   * throws Invalid where time is real.
   */
  advance(length: Length): Promise<void>
}

/** A clock, and how a test moves it. */
export interface TestTime {
  readonly clock: Clock
  readonly isVirtual: boolean
  /** `settled` is waited for at each instant on the way. */
  advance(length: Length, settled: () => Promise<void>): Promise<void>
}

/** The machine's own time. */
export const realTime: TestTime = {
  clock: systemClock,
  isVirtual: false,
  async advance() {
    throw new ControlError(
      'Invalid',
      "time is real in this test, and nobody can move it: start with startTestServer({ time: 'virtual' })",
    )
  },
}

/** Time that stands at an instant until it is moved. */
export function virtualTime(start: Instant): TestTime {
  const clock = simClock({ start })
  return { clock, isVirtual: true, advance: async (length, settled) => advance(clock, durationOf(length), settled) }
}

/** One instant after the other, since what is woken at one may ask for another that is sooner than the next. */
async function advance(clock: SimClock, length: Duration, settled: () => Promise<void>): Promise<void> {
  const end = clock.elapsed() + length
  await settled()
  for (;;) {
    const before = clock.elapsed()
    const max = (end - before) as Duration
    const stopped = await clock.runUntilIdle({ max, until: () => clock.elapsed() > before })
    await settled()
    if (stopped === 'reached') continue
    if (clock.elapsed() < end) await clock.advance((end - clock.elapsed()) as Duration)
    return
  }
}

/** When virtual time begins, unless a test says otherwise. */
export const VIRTUAL_START = Date.UTC(2026, 0, 1) as Instant

/** Lets everything that is ready have its turn, timers and sockets of this process included. */
export const turn = (): Promise<void> => nextTurn()

/** The same clock, but that pauses between two slices of work are turns and not time, of which nobody might move any. */
export const shortSleeps = (clock: Clock): Clock => ({
  now: () => clock.now(),
  elapsed: () => clock.elapsed(),
  sleep: (length, signal) => (length <= PAUSE_MAX_MS ? turn() : clock.sleep(length, signal)),
})

const PAUSE_MAX_MS = 1
