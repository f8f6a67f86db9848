/**
 * How fast turns are given. A server has one thread, and most requests are answered in one go, so seats alone would let
 * everybody in at once, and the thread would serve them in the order in which they came. So only so many begin before the
 * thread looks again at who has come: what has come meanwhile waits in the queues, and they say who is next.
 *
 *     thread   │ 1 2 3 4 │ who came? │ 5 6 7 8 │ who came? │ ...       or fewer, when they take long
 *
 * Gates take turns, so that one with much to do holds up no other.
 */
import type { Clock, Duration } from '@muster/base/clock.ts'

/** Lets gates start what waits before them. */
export interface Pace {
  /** Calls `startOne`, now or soon, until it answers that there is nothing to start. */
  ask(startOne: () => boolean): void
  /** Which look of the thread it is; {@link ended} is told of it. */
  readonly look: number
  /** Something is over that was started in that look: there is room for another. */
  ended(look: number): void
}

/** Requests that begin between two looks and are not over. More of them would be served as they came. */
const AT_ONCE = 4
/** The longest that the thread goes without a look, but for the last request that it began. */
const LOOK_EVERY = 5 as Duration

/** A pace for one thread. `pause` lets others of it have their turn. */
export function createPace(clock: Clock, pause: () => Promise<void>): Pace {
  const asking = new Set<() => boolean>()
  let look = 0
  let isOpen = false
  let began = clock.elapsed()
  let unfinished = 0

  const hasRoom = () => unfinished < AT_ONCE && clock.elapsed() - began < LOOK_EVERY
  const start = () => {
    if (!isOpen) {
      isOpen = true
      look++
      began = clock.elapsed()
      unfinished = 0
      void pause().then(() => {
        isOpen = false
        if (asking.size > 0) start()
      })
    }
    for (let [first] = asking; first && hasRoom(); [first] = asking) {
      asking.delete(first)
      unfinished++
      if (first()) asking.add(first)
      else unfinished--
    }
  }
  return {
    get look() {
      return look
    },
    ask(startOne) {
      asking.add(startOne)
      start()
    },
    ended(of) {
      if (isOpen && of === look) unfinished--
      if (asking.size > 0) start()
    },
  }
}

/** Everything begins as soon as it has seats. */
export const AT_ANY_PACE: Pace = {
  look: 0,
  ask(startOne) {
    while (startOne());
  },
  ended() {},
}
