/**
 * When a client that was refused may come back: twice as late while many are refused, a second earlier while few are.
 * Source: apiserver pkg/util/flowcontrol/dropped_requests_tracker.go.
 */
import type { Instant } from '@muster/base/clock.ts'

/** Of one level. */
export interface RetryAfter {
  /** One more was refused; answers in how many seconds it may come back. */
  refused(now: Instant): number
}

const SECONDS_MAX = 32
/** So many refused in each second of the present wait make it longer. */
const MANY_PER_SECOND = 3

/** One second, until something happens. */
export function createRetryAfter(): RetryAfter {
  let wait = 1
  let changedAt = 0
  let second = 0
  let count = 0
  let past: { readonly at: number; readonly count: number }[] = []
  return {
    refused(now) {
      const at = Math.floor(now / 1000)
      if (at === second) {
        count++
        return wait
      }
      past = [...past.filter((one) => at - one.at <= SECONDS_MAX), { at: second, count }]
      ;[second, count] = [at, 1]
      const lately = past.filter((one) => at - one.at <= wait).reduce((sum, one) => sum + one.count, 0)
      if (at - changedAt >= wait && lately >= MANY_PER_SECOND * wait) {
        wait = Math.min(SECONDS_MAX, wait * 2)
        changedAt = at
      } else if (lately < wait && wait > 1) wait--
      return wait
    },
  }
}
