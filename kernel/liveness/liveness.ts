/**
 * Who is alive, told from when each was last heard of. Pure: time is passed in, and nothing is waited for.
 *
 *     beat ──► live ──quiet for unstableAfter──► unstable ──quiet for silentAfter──► silent
 *                ▲                                  │                                  │
 *                └───────────────── beat ───────────┴──────────────────────────────────┘
 *
 * Guarantees:
 *   - nobody is silent who was heard of within `silentAfter`, by the observer's own clock;
 *   - whoever is new is unstable, as if just heard of: an observer that starts knows nothing, and says nothing;
 *   - an observer that stalled gives everybody the time that it lost: what it did not hear, it may have missed.
 *
 * A few bytes each, in packed arrays: a sweep over a million takes milliseconds.
 */
import type { Duration } from '@muster/base/clock.ts'

/** How somebody is. */
export type Health = 'live' | 'unstable' | 'silent'

/** For how long somebody may be quiet. */
export interface LivenessSettings {
  readonly unstableAfter: Duration
  readonly silentAfter: Duration
  /** How often the observer looks. A look that comes later than {@link STALL_FACTOR} times this was held up. */
  readonly sweepEvery: Duration
}

/** Somebody whose health changed. */
export interface HealthChange {
  readonly name: string
  readonly from: Health
  readonly to: Health
  /** When it was last heard of; when it became known, for one that was never heard of. */
  readonly lastSeen: Duration
}

/** A sweep this many times later than it should be means that the observer itself stood still. */
export const STALL_FACTOR = 3

const HEALTHS: readonly Health[] = ['live', 'unstable', 'silent']
const LIVE = 0
const UNSTABLE = 1
const SILENT = 2
const GROWS_FROM = 64

/** Whoever is known, and how they are. Times are of one clock's `elapsed`. */
export class Liveness {
  readonly #settings: LivenessSettings
  readonly #places = new Map<string, number>()
  #names: (string | undefined)[] = []
  readonly #free: number[] = []
  #lastSeen = new Float64Array(GROWS_FROM)
  #health = new Uint8Array(GROWS_FROM)
  #lastSweep: number

  constructor(settings: LivenessSettings, now: Duration) {
    this.#settings = settings
    this.#lastSweep = now
  }

  /** Knows of somebody from now on; of one that is known already, nothing changes. */
  add(name: string, now: Duration): void {
    if (this.#places.has(name)) return
    const place = this.#free.pop() ?? this.#names.length
    if (place >= this.#health.length) this.#grow()
    this.#places.set(name, place)
    this.#names[place] = name
    this.#lastSeen[place] = now
    this.#health[place] = UNSTABLE
  }

  remove(name: string): void {
    const place = this.#places.get(name)
    if (place === undefined) return
    this.#places.delete(name)
    this.#names[place] = undefined
    this.#free.push(place)
  }

  /** Was heard of. Answers the change, if it is one; of somebody unknown, nothing is kept. */
  beat(name: string, now: Duration): HealthChange | undefined {
    const place = this.#places.get(name)
    if (place === undefined) return undefined
    const from = this.#healthAt(place)
    this.#lastSeen[place] = now
    this.#health[place] = LIVE
    return from === 'live' ? undefined : { name, from, to: 'live', lastSeen: now }
  }

  /** Looks at everybody, and answers whose health changed since the last look, in no order. */
  sweep(now: Duration): HealthChange[] {
    const { unstableAfter, silentAfter, sweepEvery } = this.#settings
    const late = now - this.#lastSweep - sweepEvery
    if (late > sweepEvery * (STALL_FACTOR - 1)) this.#giveBack(late, now)
    this.#lastSweep = now
    const changes: HealthChange[] = []
    for (let place = 0; place < this.#names.length; place++) {
      const health = this.#health[place] ?? SILENT
      if (health === SILENT) continue
      const lastSeen = (this.#lastSeen[place] ?? 0) as Duration
      const quiet = now - lastSeen
      if (quiet < unstableAfter) continue
      const name = this.#names[place]
      const next = quiet >= silentAfter ? SILENT : UNSTABLE
      if (name === undefined || next === health) continue
      this.#health[place] = next
      changes.push({ name, from: HEALTHS[health] ?? 'silent', to: HEALTHS[next] ?? 'silent', lastSeen })
    }
    return changes
  }

  /** Undefined for one that is not known. */
  healthOf(name: string): Health | undefined {
    const place = this.#places.get(name)
    return place === undefined ? undefined : this.#healthAt(place)
  }

  get size(): number {
    return this.#places.size
  }

  #healthAt(place: number): Health {
    return HEALTHS[this.#health[place] ?? SILENT] ?? 'silent'
  }

  #giveBack(lost: number, now: number): void {
    for (let place = 0; place < this.#names.length; place++)
      this.#lastSeen[place] = Math.min(now, (this.#lastSeen[place] ?? 0) + lost)
  }

  #grow(): void {
    const size = this.#health.length * 2
    const [lastSeen, health] = [new Float64Array(size), new Uint8Array(size)]
    lastSeen.set(this.#lastSeen)
    health.set(this.#health)
    this.#lastSeen = lastSeen
    this.#health = health
  }
}
