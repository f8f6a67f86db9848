/**
 * How long to wait before trying again, as a value: `nextWait` gives the wait and the backoff after it.
 *
 * Full jitter: each wait is drawn from [0, ceiling), and the ceiling doubles up to its limit.
 * Source: AWS Architecture Blog, "Exponential Backoff and Jitter", 2015.
 */
import type { Duration } from './clock.ts'
import type { Random } from './random.ts'

/** Where a row of tries stands: the next wait lies below `ceiling`, which never grows past `ceilingMax`. */
export interface Backoff {
  readonly ceiling: Duration
  readonly ceilingMax: Duration
}

/** A row of tries that has not failed yet: its first wait lies below `first`. */
export const backoff = (first: Duration, ceilingMax: Duration): Backoff => ({ ceiling: first, ceilingMax })

/** The wait before the next try, and the backoff to keep for the one after it. */
export function nextWait(from: Backoff, random: Random): { readonly wait: Duration; readonly next: Backoff } {
  return {
    wait: Math.floor(random.next() * from.ceiling) as Duration,
    next: { ...from, ceiling: Math.min(from.ceiling * 2, from.ceilingMax) as Duration },
  }
}
