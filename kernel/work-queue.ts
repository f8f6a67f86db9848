/**
 * What is to be looked at, each thing once, and never by two at a time.
 *
 *     add ──► waiting ──► take ──► in work ──► done
 *               ▲                    │ add: marked, and waits again after done
 *               └────────────────────┘
 *
 * Time is asked for, never waited for here: who runs the queue sleeps until `nextDue`. So it is the same value in a
 * test, in a simulation and in a process.
 */
import { type Backoff, backoff, nextWait } from '@muster/base/backoff.ts'
import { type Duration, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import { createSchedule } from '@muster/base/schedule.ts'

/** A queue of keys. */
export interface WorkQueue {
  /** Asks for a look, as soon as may be. */
  add(key: string): void
  /** Asks for a look at a time of the clock's `elapsed`; an earlier one that was asked for stays. */
  addAt(key: string, due: Duration): void
  /** The oldest key that is due and that nobody works on; in work from now on. */
  take(now: Duration): string | undefined
  /** Ends the work. After a failure the key waits, longer each time; after success its waits start anew. */
  done(key: string, outcome: 'succeeded' | 'failed', now: Duration): void
  /** When the next key that waits for its time is due. */
  nextDue(): Duration | undefined
  readonly size: number
}

/** The first wait after a failure is below this one. */
const FIRST_WAIT: Duration = seconds(0.1)
/** As client-go: about a quarter of an hour. */
const WAIT_MAX: Duration = minutes(16)
/** One object of each kind of a large fleet. Beyond it something is wrong that a longer queue would only hide. */
export const QUEUE_KEYS_MAX = 2_000_000

/** An empty queue. */
export function createWorkQueue(random: Random): WorkQueue {
  const ready = new Set<string>()
  const later = createSchedule()
  const working = new Set<string>()
  const again = new Set<string>()
  const failures = new Map<string, Backoff>()

  const add = (key: string) => {
    later.cancel(key)
    if (working.has(key)) again.add(key)
    else ready.add(key)
    if (ready.size > QUEUE_KEYS_MAX)
      throw new ControlError('TooManyRequests', `more than ${QUEUE_KEYS_MAX} keys wait for a look`)
  }
  const addAt = (key: string, due: Duration) => {
    if (!ready.has(key)) later.plan(key, due)
  }
  return {
    add,
    addAt,
    take(now) {
      for (let due = later.takeDue(now); due !== undefined; due = later.takeDue(now)) add(due)
      const [key] = ready
      if (key === undefined) return undefined
      ready.delete(key)
      working.add(key)
      return key
    },
    done(key, outcome, now) {
      working.delete(key)
      const changed = again.delete(key)
      if (outcome === 'succeeded') failures.delete(key)
      else {
        const { wait, next } = nextWait(failures.get(key) ?? backoff(FIRST_WAIT, WAIT_MAX), random)
        failures.set(key, next)
        addAt(key, (now + wait) as Duration)
      }
      // A change during a failed look waits with it: looking at once again is how hot loops begin.
      if (changed && outcome === 'succeeded') add(key)
    },
    nextDue: () => later.nextDue() as Duration | undefined,
    get size() {
      return ready.size + later.size + working.size
    },
  }
}
