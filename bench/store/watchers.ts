/** Watchers of everything, each of which must see every write exactly once and in order. */
import { type Duration, milliseconds } from '@muster/base/clock.ts'
import { assert, ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { type Spread, samples, spread } from '../harness/statistics.ts'
import { PREFIX, sequenceOf } from './records.ts'
import type { Subject } from './subject.ts'

/** What the watchers saw in the measured window. */
export interface WatcherRate {
  readonly deliveries: number
  /** From the beginning of a commit to its event at a watcher: the durable write is part of it. */
  readonly lag: Spread
}

/** Watchers at work. */
export interface Watchers {
  /** To be told the number of each write when it begins. */
  began(sequence: number): void
  begin(): void
  end(): WatcherRate
  /**
   * Waits until everything written since the start has arrived. Throws when a watcher missed an event, saw one twice,
   * saw them out of order, or was cut off. To be called once no write is under way.
   */
  stop(lastSequence: number): Promise<void>
}

/** Who watches, and from where. */
export interface WatcherSettings {
  readonly watchers: number
  /** The number of the last write before. */
  readonly lastSequence: number
  /** How long after the last write an event may come before it counts as lost. */
  readonly arrivalWithin: Duration
}

/** Resolves once every watch is in place. */
export async function startWatchers(subject: Subject, settings: WatcherSettings): Promise<Watchers> {
  const lags = samples()
  const first = settings.lastSequence + 1
  let begunAt = new Float64Array(1 << 12)
  const watchers = await Promise.all(Array.from({ length: settings.watchers }, watcher))

  return {
    began(sequence) {
      const offset = sequence - first
      if (offset >= begunAt.length) {
        const more = new Float64Array(begunAt.length * 2)
        more.set(begunAt)
        begunAt = more
      }
      begunAt[offset] = performance.now()
    },
    begin: () => lags.clear(),
    end: () => ({ deliveries: lags.count, lag: spread(lags) }),
    async stop(last) {
      const writes = last - first + 1
      const until = systemClock.elapsed() + settings.arrivalWithin
      while (watchers.some(({ seen }) => seen.count < writes) && systemClock.elapsed() < until) {
        await systemClock.sleep(milliseconds(5))
      }
      for (const { close } of watchers) close()
      for (const { seen } of watchers) {
        if (seen.lost !== undefined) throw seen.lost
        assert(seen.count === writes, `a watcher sees every write once: ${writes} written, ${seen.count} seen`)
        // Revisions rose from event to event, so none came twice; the sum says that none was lost and another came.
        assert(seen.sum === ((first + last) * writes) / 2, 'a watcher sees each write and none twice')
      }
    },
  }

  async function watcher() {
    const seen: { count: number; sum: number; revision: number; lost?: unknown } = { count: 0, sum: 0, revision: 0 }
    const close = await subject.watch(
      PREFIX,
      (revision, value) => {
        const sequence = sequenceOf(value)
        // Not thrown: this runs inside the store's or the client's own code.
        if (revision <= seen.revision) seen.lost ??= new ControlError('Internal', 'events come twice or out of order')
        seen.revision = revision
        seen.count++
        seen.sum += sequence
        lags.add(performance.now() - (begunAt[sequence - first] ?? Number.NaN))
      },
      (error) => {
        seen.lost = error
      },
    )
    return { seen, close }
  }
}
