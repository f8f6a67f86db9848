/** Writers in a closed loop: each has one commit under way, and begins the next when that one is durable. */
import { setImmediate } from 'node:timers/promises'
import { milliseconds } from '@muster/base/clock.ts'
import { between, type Random, seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { type Samples, type Spread, samples, spread } from '../harness/statistics.ts'
import type { Acknowledged } from './acknowledged.ts'
import { keyOf, valueFor } from './records.ts'
import type { Subject } from './subject.ts'

/** Updates are guarded by the key's last revision, creates by its absence. */
export type Act = 'update' | 'create'

/** How a set of writers behaves. */
export interface WriterSettings {
  readonly act: Act
  readonly writers: number
  /** Commits a second of all writers together; as many as the store takes when absent. */
  readonly ratePerSecond?: number
  /** Told the number of each write when it begins. */
  readonly began?: (sequence: number) => void
}

/** What the writers saw in the measured window. */
export interface WriterRate {
  readonly commits: number
  readonly latency: Spread
  /** The longest time in which no commit at all was acknowledged. */
  readonly longestGapMs: number
}

/** Writers at work. */
export interface Writers {
  /** Opens a window: forgets what was measured before. */
  begin(): void
  /** What was acknowledged since `begin`. */
  end(): WriterRate
  /** Waits until every commit under way is acknowledged. Throws what a writer threw. */
  stop(): Promise<void>
}

/**
 * A store without a disk answers within one turn of the event loop. Nothing else would ever run if the writers did not
 * give way now and then; four times the most writers there are, so that no group commit is cut short by it.
 */
const COMMITS_PER_TURN_MAX = 1024

/** Starts at once. Writers never meet on a key, so that no guard can fail. */
export function startWriters(subject: Subject, book: Acknowledged, settings: WriterSettings): Writers {
  const waits: Samples = samples()
  const pause = settings.ratePerSecond === undefined ? undefined : (settings.writers / settings.ratePerSecond) * 1000
  let running = true
  let sinceTurn = 0
  let created = book.keys
  let lastAt = performance.now()
  let longestGapMs = 0
  const present = book.keys

  const writer = async (number: number, random: Random) => {
    let due = performance.now() + (pause === undefined ? 0 : pause * random.next())
    while (running) {
      if (pause !== undefined) {
        await systemClock.sleep(milliseconds(Math.max(0, due - performance.now())))
        due += pause
        if (!running) return
      }
      // Update: a random key among those with this writer's remainder.
      const index =
        settings.act === 'create'
          ? created++
          : number + settings.writers * between(random, 0, Math.floor((present - 1 - number) / settings.writers))
      const sequence = book.nextSequence()
      const begun = performance.now()
      settings.began?.(sequence)
      const guard = settings.act === 'create' ? 0 : book.revisionOf(index)
      const [revision = 0] = await subject.write([
        { key: keyOf(index), value: valueFor(index, sequence, book.valueBytes), guard },
      ])
      const now = performance.now()
      book.record(index, sequence, revision)
      waits.add(now - begun)
      longestGapMs = Math.max(longestGapMs, now - lastAt)
      lastAt = now
      if (++sinceTurn >= COMMITS_PER_TURN_MAX) {
        sinceTurn = 0
        await setImmediate()
      }
    }
  }
  const done = Promise.all(
    Array.from({ length: settings.writers }, (_, number) => writer(number, seededRandom(number + 1))),
  )
  // Seen by `stop`; until then a failure must not end the process as if nobody would look.
  done.catch(() => {
    running = false
  })
  return {
    begin() {
      waits.clear()
      longestGapMs = 0
      lastAt = performance.now()
    },
    end: () => ({ commits: waits.count, latency: spread(waits), longestGapMs }),
    async stop() {
      running = false
      await done
    },
  }
}
