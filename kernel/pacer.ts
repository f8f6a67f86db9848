/** So many a second and no more: whoever asks waits for his turn, in the order of asking. */
import type { Clock, Duration } from '@muster/base/clock.ts'

/** Resolves when the next one may go. Rejects when the signal aborts first. */
export type Pacer = (signal: AbortSignal) => Promise<void>

/** Evenly spaced: what was not used before is not saved up. */
export function createPacer(clock: Clock, perSecond: number): Pacer {
  let next = 0
  return async (signal) => {
    const now = clock.elapsed()
    const turn = Math.max(now, next)
    next = turn + 1000 / perSecond
    if (turn > now) await clock.sleep((turn - now) as Duration, signal)
  }
}
