/**
 * Works through a queue: so many keys at a time, at once when one is due, and asleep until then.
 *
 * Guarantees: a key is never in two looks at a time; a key that was added is looked at after that, unless the signal
 * aborts first; nobody is called back in the middle of `wake`.
 */
import type { Clock, Duration } from '@muster/base/clock.ts'
import type { WorkQueue } from './work-queue.ts'

/** What a look came to: trouble leads to another after a growing wait, and a length of time to another after that. */
export type LookOutcome = 'succeeded' | 'failed' | { readonly lookAgainAfter: Duration }

/** What working through a queue takes. */
export interface QueueWork {
  readonly queue: WorkQueue
  readonly clock: Clock
  /** Keys that are looked at side by side. */
  readonly workers: number
  /** Looks at one key. It must not reject: what went wrong is its to log. */
  look(key: string): Promise<LookOutcome>
}

/** Work under way. */
export interface WorkUnderWay {
  /** Says that the queue has changed. Nothing is looked at before the first call. */
  wake(): void
  /** Resolves when the signal has aborted and the last look has ended. */
  readonly ended: Promise<void>
}

/** Works through a queue until the signal aborts; looks that have begun then still end. */
export function workThrough({ queue, clock, workers, look }: QueueWork, signal: AbortSignal): WorkUnderWay {
  const alarm = createAlarm(clock)
  const ended = Promise.withResolvers<void>()
  let atWork = 0
  let isAsked = false

  const wake = () => {
    if (isAsked) return
    isAsked = true
    void Promise.resolve().then(() => {
      isAsked = false
      handOut()
    })
  }
  const handOut = () => {
    if (signal.aborted) {
      alarm.set(undefined, wake)
      if (atWork === 0) ended.resolve()
      return
    }
    while (atWork < workers) {
      const key = queue.take(clock.elapsed())
      if (key === undefined) return alarm.set(queue.nextDue(), wake)
      atWork++
      void lookAt(key)
    }
  }
  const lookAt = async (key: string) => {
    const outcome = await look(key)
    atWork--
    const now = clock.elapsed()
    queue.done(key, outcome === 'failed' ? 'failed' : 'succeeded', now)
    if (typeof outcome === 'object') queue.addAt(key, (now + outcome.lookAgainAfter) as Duration)
    wake()
  }
  if (signal.aborted) wake()
  else signal.addEventListener('abort', wake, { once: true })
  return { wake, ended: ended.promise }
}

/** One call at one time; setting it anew forgets the one before. */
function createAlarm(clock: Clock) {
  let planned: Duration | undefined
  let waiting = new AbortController()
  return {
    set(due: Duration | undefined, ring: () => void): void {
      if (due === planned) return
      waiting.abort()
      planned = due
      if (due === undefined) return
      waiting = new AbortController()
      const left = Math.max(1, due - clock.elapsed()) as Duration
      clock.sleep(left, waiting.signal).then(
        () => {
          planned = undefined
          ring()
        },
        () => {}, // Another time was set.
      )
    },
  }
}
