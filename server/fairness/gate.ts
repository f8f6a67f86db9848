/**
 * Where requests wait for their seats: fair queues, with promises around them.
 *
 *     take ──► seats are free: at once
 *              they are not:    when it is its turn │ 'timed out' │ 'left', when the client goes
 *              the queue is full: 'full'
 */
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { createFairQueue, type FairQueue, type FairQueueShape, type Turn } from '@muster/kernel/fair-queue.ts'
import { AT_ANY_PACE, type Pace } from './pace.ts'

/** What waits. */
export interface Waiter {
  /** For who looks at the queues. */
  readonly about: About
  /** In which look of the thread it does; see `pace.ts`. */
  begin(look: number): void
}

/** Whose request it is. */
export interface About {
  readonly schema: string
  readonly flow: string
  readonly user: string
  readonly verb: string
  readonly path: string
}

/** Seats that were given; `leave` gives them back, once, however often it is called. */
export interface Seats {
  readonly waited: Duration
  leave(): void
}

/** Why there were none. */
export type NoSeats = 'full' | 'timed out' | 'left'

/** Who may go while he waits. His signal is asked for only then: making one costs something. */
export interface Client {
  readonly signal: AbortSignal
}

/** A gate before some number of seats. */
export interface Gate {
  readonly queue: FairQueue<Waiter>
  take(
    asked: { readonly about: About; readonly width: number; readonly hand: readonly number[] },
    client: Client,
  ): Promise<Seats | NoSeats>
  reshape(shape: FairQueueShape): void
  /** How often what happened, since the beginning. */
  readonly counts: Readonly<Record<'dispatched' | NoSeats, number>>
}

/** A quarter of the time that a request may take. Source: apiserver config.go, RequestTimeout / 4. */
export const WAIT_MAX: Duration = seconds(15)

/** A gate. `changed` hears of each change of what is in use and waited for. */
export function createGate(
  shape: FairQueueShape,
  clock: Clock,
  pace: Pace = AT_ANY_PACE,
  changed: () => void = () => {},
): Gate {
  const queue = createFairQueue<Waiter>(shape)
  const counts = { dispatched: 0, full: 0, 'timed out': 0, left: 0 }
  const startOne = (): boolean => {
    const turn = queue.start(clock.elapsed())
    if (!turn) return false
    changed()
    turn.request.begin(pace.look)
    return true
  }
  const pump = () => {
    changed()
    if (queue.waiting > 0) pace.ask(startOne)
  }
  const seatsOf = (turn: Turn<Waiter>, look: number): Seats => {
    let isTaken = true
    counts.dispatched++
    return {
      waited: ((turn.startedAtMs ?? turn.arrivedAtMs) - turn.arrivedAtMs) as Duration,
      leave() {
        if (!isTaken) return
        isTaken = false
        queue.finish(turn, clock.elapsed())
        pace.ended(look)
        pump()
      },
    }
  }
  return {
    queue,
    counts,
    async take({ about, width, hand }, client) {
      const begun = Promise.withResolvers<void>()
      let look = 0
      const begin = (at: number) => {
        look = at
        begun.resolve()
      }
      const turn = queue.offer({ about, begin }, width, hand, clock.elapsed())
      if (!turn) {
        counts.full++
        return 'full'
      }
      pump()
      if (isStarted(turn)) return seatsOf(turn, look)
      const end = await waitFor(begun.promise, clock, client.signal)
      // It may have begun in the very moment in which waiting ended.
      if (end === 'begun' || isStarted(turn)) return seatsOf(turn, look)
      queue.giveUp(turn)
      counts[end]++
      pump()
      return end
    },
    reshape(wanted) {
      queue.reshape(wanted)
      pump()
    },
  }
}

const isStarted = ({ startedAtMs }: Turn<Waiter>): boolean => startedAtMs !== undefined

/** Resolves when it has begun, when it has taken too long, or when nobody wants it any more. */
async function waitFor(
  begun: Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<'begun' | 'timed out' | 'left'> {
  const over = new AbortController()
  const stop = () => over.abort()
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const sleep = clock.sleep(WAIT_MAX, over.signal)
  const end = await Promise.race([
    begun.then(() => 'begun' as const),
    sleep.then(
      () => 'timed out' as const,
      () => 'left' as const,
    ),
  ])
  signal.removeEventListener('abort', stop)
  stop()
  return end
}
