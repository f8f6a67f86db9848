/** The clocks of the leases: when each ends unless it is kept alive. Kept in memory; on opening all start anew. */
import type { Clock, Duration } from '@muster/base/clock.ts'
import type { LeaseId } from './store.ts'

/** One for each open store. */
export class LeaseClocks {
  readonly #clock: Clock
  readonly #onEnd: (lease: LeaseId) => void
  readonly #endsAt = new Map<LeaseId, Duration>()
  #sleeping: { readonly until: Duration; readonly stop: AbortController } | undefined
  #closed = false

  /** `onEnd` is called once for a lease whose time is over; the lease is no longer known then. */
  constructor(clock: Clock, onEnd: (lease: LeaseId) => void) {
    this.#clock = clock
    this.#onEnd = onEnd
  }

  /** Starts a lease's time, or starts it anew. */
  start(lease: LeaseId, ttl: Duration): void {
    const endsAt = (this.#clock.elapsed() + ttl) as Duration
    this.#endsAt.set(lease, endsAt)
    if (!this.#sleeping || endsAt < this.#sleeping.until) this.#rest()
  }

  has(lease: LeaseId): boolean {
    return this.#endsAt.has(lease)
  }

  stop(lease: LeaseId): void {
    this.#endsAt.delete(lease)
  }

  close(): void {
    this.#closed = true
    this.#endsAt.clear()
    this.#sleeping?.stop.abort()
  }

  /** Sleeps until the next lease may end. A lease kept alive meanwhile costs one look more, not a new sleep. */
  #rest(): void {
    this.#sleeping?.stop.abort()
    this.#sleeping = undefined
    if (this.#closed || this.#endsAt.size === 0) return
    let until = Number.POSITIVE_INFINITY
    for (const endsAt of this.#endsAt.values()) until = Math.min(until, endsAt)
    const stop = new AbortController()
    this.#sleeping = { until: until as Duration, stop }
    const length = Math.max(0, Math.ceil(until - this.#clock.elapsed())) as Duration
    this.#clock.sleep(length, stop.signal).then(
      () => this.#look(stop),
      () => undefined, // aborted: somebody else looks after the leases now
    )
  }

  #look(mine: AbortController): void {
    if (this.#sleeping?.stop !== mine) return
    this.#sleeping = undefined
    const now = this.#clock.elapsed()
    for (const [lease, endsAt] of this.#endsAt) {
      if (endsAt > now) continue
      this.#endsAt.delete(lease)
      this.#onEnd(lease)
    }
    this.#rest()
  }
}
