/** Readers of single keys, each with one read under way, beside whatever else the store does. */
import { setImmediate } from 'node:timers/promises'
import { assert } from '@muster/base/errors.ts'
import { between, type Random, seededRandom } from '@muster/base/random.ts'
import { type Spread, samples, spread } from '../harness/statistics.ts'
import { indexOf, keyOf } from './records.ts'
import type { Subject } from './subject.ts'

/** How a set of readers behaves. */
export interface ReaderSettings {
  readonly readers: number
  /** Keys are drawn from the first so many. */
  readonly keys: number
  readonly valueBytes: number
}

/** What the readers saw in the measured window. */
export interface ReaderRate {
  readonly reads: number
  readonly latency: Spread
}

/** Readers at work. */
export interface Readers {
  begin(): void
  end(): ReaderRate
  /** Waits for reads under way. Throws what a reader threw. */
  stop(): Promise<void>
}

/** Starts at once. */
export function startReaders(subject: Subject, { readers, keys, valueBytes }: ReaderSettings): Readers {
  const waits = samples()
  let running = true
  const reader = async (random: Random) => {
    while (running) {
      const begun = performance.now()
      const index = between(random, 0, keys - 1)
      const value = await subject.read(keyOf(index))
      waits.add(performance.now() - begun)
      assert(value?.length === valueBytes && indexOf(value) === index, 'a key that was written is read whole')
      // A store that answers from memory answers at once: without a turn of the loop nobody else would ever run.
      await setImmediate()
    }
  }
  const done = Promise.all(Array.from({ length: readers }, (_, number) => reader(seededRandom(1_000 + number))))
  done.catch(() => {
    running = false
  })
  return {
    begin: () => waits.clear(),
    end: () => ({ reads: waits.count, latency: spread(waits) }),
    async stop() {
      running = false
      await done
    },
  }
}
