/** So many acts in a time, and no more at once than a few: a rate that is kept. Pure: time is passed in. */
import type { Duration } from '@muster/base/clock.ts'

/** How often something may be done. */
export interface Rate {
  /** 0: never. */
  readonly perSecond: number
  /** How many may be done at once after a quiet time. At least 1. */
  readonly burst: number
}

/** What is left of a rate. Times are of one clock's `elapsed`. */
export class TokenBucket {
  #rate: Rate
  #tokens: number
  #at: number

  /** Full at the start. */
  constructor(rate: Rate, now: Duration) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Goes on with another rate; what was saved up stays, as far as it may. */
  change(rate: Rate, now: Duration): void {
    this.#fill(now)
    this.#rate = rate
    this.#tokens = Math.min(this.#tokens, rate.burst)
  }

  /** True when it may be done now; then it counts as done. */
  take(now: Duration): boolean {
    this.#fill(now)
    if (this.#rate.perSecond === 0 || this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** How long until it may be done again; undefined for never. */
  untilNext(now: Duration): Duration | undefined {
    this.#fill(now)
    const { perSecond } = this.#rate
    if (perSecond === 0) return undefined
    return Math.ceil((Math.max(0, 1 - this.#tokens) / perSecond) * 1000) as Duration
  }

  #fill(now: Duration): void {
    const grown = ((now - this.#at) / 1000) * this.#rate.perSecond
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + Math.max(0, grown))
    this.#at = now
  }
}
