/**
 * Wakes many at their times with one timer. A timer each would do, at several times the memory: ten thousand watchers
 * want a bookmark every minute.
 */
import type { Clock, Duration } from '@muster/base/clock.ts'
import BTree from 'sorted-btree'

/** Who wants to be woken. */
export interface Sleeper {
  alarm(): void
}

/** Times are kept in slots of this length, and the end of a slot is when it rings: nobody is woken early. */
const SLOT_MS = 100

/** One for each server. Asleep, and without a timer, while nobody is to be woken. */
export class Alarms {
  readonly #clock: Clock
  readonly #slots = new BTree.default<number, Set<Sleeper>>(undefined, (a, b) => a - b)
  readonly #slotOf = new Map<Sleeper, number>()
  #isClosed = false
  #sleep: { readonly until: number; readonly over: AbortController } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Wakes a sleeper once, at a moment of the clock's elapsed time or up to a tenth of a second later. Never after
   * {@link close}: a stream may still begin while its server ends.
   */
  set(sleeper: Sleeper, at: Duration): void {
    if (this.#isClosed) return
    this.cancel(sleeper)
    const slot = Math.ceil(at / SLOT_MS)
    const sleepers = this.#slots.get(slot)
    if (sleepers) sleepers.add(sleeper)
    else this.#slots.set(slot, new Set([sleeper]))
    this.#slotOf.set(sleeper, slot)
    if (!this.#sleep || slot < this.#sleep.until) this.#sleepUntil(slot)
  }

  cancel(sleeper: Sleeper): void {
    const slot = this.#slotOf.get(sleeper)
    if (slot === undefined) return
    this.#slotOf.delete(sleeper)
    const sleepers = this.#slots.get(slot)
    sleepers?.delete(sleeper)
    if (sleepers?.size === 0) this.#slots.delete(slot)
    if (this.#slots.isEmpty) this.#wakeUp()
  }

  /** Rings no more. */
  close(): void {
    this.#isClosed = true
    this.#slots.clear()
    this.#slotOf.clear()
    this.#wakeUp()
  }

  /** Ends the sleep at once: who sets an alarm in the same turn must not take it for one that still goes on. */
  #wakeUp(): void {
    this.#sleep?.over.abort()
    this.#sleep = undefined
  }

  #sleepUntil(slot: number): void {
    this.#wakeUp()
    const over = new AbortController()
    this.#sleep = { until: slot, over }
    const length = Math.max(0, slot * SLOT_MS - this.#clock.elapsed()) as Duration
    this.#clock.sleep(length, over.signal).then(
      () => {
        if (this.#sleep?.over === over) this.#ring()
      },
      () => {},
    )
  }

  #ring(): void {
    this.#sleep = undefined
    const now = this.#clock.elapsed()
    for (;;) {
      const slot = this.#slots.minKey()
      if (slot === undefined) return
      if (slot * SLOT_MS > now) {
        this.#sleepUntil(slot)
        return
      }
      const sleepers = this.#slots.get(slot) ?? []
      this.#slots.delete(slot)
      for (const sleeper of sleepers) {
        this.#slotOf.delete(sleeper)
        sleeper.alarm()
      }
    }
  }
}
