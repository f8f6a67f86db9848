/** How long pods that fail are left as they are, so that a node that refuses them is not asked again at once. */
import { type Clock, type Duration, minutes, seconds } from '@muster/base/clock.ts'

/** Waits, each twice as long as the one before. Elapsed time, so that a clock that is set does not matter. */
export interface FailedPods {
  /** What is left of the wait; undefined when there is none. */
  left(key: string): Duration | undefined
  /** Begins the next wait. */
  failed(key: string): void
}

/** Source: kube-controller-manager app/apps.go. */
const FIRST: Duration = seconds(1)
/** As above. */
const MAX: Duration = minutes(15)
/** A wait that ended so long ago is forgotten. Source: client-go flowcontrol Backoff hasExpired. */
const FORGET_AFTER: Duration = (2 * MAX) as Duration

/** Nothing has failed yet. */
export function createFailedPods(clock: Pick<Clock, 'elapsed'>): FailedPods {
  const waits = new Map<string, { readonly begun: Duration; readonly wait: Duration }>()
  return {
    left(key) {
      const found = waits.get(key)
      const left = found ? found.begun + found.wait - clock.elapsed() : 0
      return left > 0 ? (left as Duration) : undefined
    },
    failed(key) {
      const now = clock.elapsed()
      for (const [old, { begun }] of waits) if (now - begun > FORGET_AFTER) waits.delete(old)
      const before = waits.get(key)
      const wait = before ? (Math.min(2 * before.wait, MAX) as Duration) : FIRST
      waits.set(key, { begun: now, wait })
    },
  }
}
