/**
 * The newest events, shared by all watches. A watch is only a cursor: it reads here while it keeps up, and from the
 * log when it has fallen behind, so a slow reader costs nobody memory and is never cut off.
 */
import type { Event, Revision } from './store.ts'

/** About a tenth of a second of the fastest writing that has been measured. */
const EVENTS_MAX = 16_384

/** Events pin their values and previous values; large ones must not pin gigabytes. */
const BYTES_MAX = 64 * 1024 * 1024

/** A window over the newest events, bounded in number and bytes. */
export class RecentEvents {
  #events: Event[] = []
  #head = 0
  #bytes = 0
  /** Every event after this revision is here. */
  since: Revision

  constructor(since: Revision) {
    this.since = since
  }

  push(events: readonly Event[]): void {
    for (const event of events) {
      this.#events.push(event)
      this.#bytes += weight(event)
    }
    while (this.#events.length - this.#head > EVENTS_MAX || this.#bytes > BYTES_MAX) {
      const oldest = this.#events[this.#head++]
      if (!oldest) break
      this.since = oldest.revision
      this.#bytes -= weight(oldest)
    }
    if (this.#head > EVENTS_MAX) {
      this.#events = this.#events.slice(this.#head)
      this.#head = 0
    }
  }

  /** Forgets all; from now on only what comes after `since` will be here. */
  restart(since: Revision): void {
    this.#events = []
    this.#head = 0
    this.#bytes = 0
    this.since = since
  }

  /** Up to `limit` events under a prefix after a revision, and the revision up to which that is all of them. */
  after(prefix: string, after: Revision, head: Revision, limit: number): { events: Event[]; upTo: Revision } {
    const events: Event[] = []
    for (let at = this.#firstAfter(after); at < this.#events.length; at++) {
      const event = this.#events[at]
      if (!event?.key.startsWith(prefix)) continue
      events.push(event)
      if (events.length === limit) return { events, upTo: event.revision }
    }
    return { events, upTo: head }
  }

  #firstAfter(revision: Revision): number {
    let low = this.#head
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}

const weight = (event: Event): number =>
  128 + (event.previous?.value.length ?? 0) + (event.event === 'put' ? event.entry.value.length : 0)
