/**
 * The machine's own clock and chance: the one file that reads them. Rooms that touch the world (apps, bench, tools,
 * tests) pass these in; everything else is given a clock and never asks where it came from.
 */
import type { Clock, Duration, Instant } from './clock.ts'
import type { Random } from './random.ts'

/** The machine's own time: wall clock, steady clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now() as Instant,
  elapsed: () => performance.now() as Duration,
  sleep: (length, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const end = performance.now() + length
      let timer: NodeJS.Timeout
      // A timer that is asked for more rings at once.
      const wait = () => {
        const left = Math.max(0, end - performance.now())
        timer = left > TIMER_MAX_MS ? setTimeout(wait, TIMER_MAX_MS) : setTimeout(ring, left)
      }
      const ring = () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const stop = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
      wait()
    }),
}

/** Some 24.8 days. Source: Node's timers, TIMEOUT_MAX. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** Asking the machine costs the same for one word as for many. */
const words = new Uint32Array(256)
let used = words.length

function nextWord(): number {
  if (used === words.length) {
    // The global one: node:crypto is loaded when it is first asked, and costs a process 2 MB that never asks.
    crypto.getRandomValues(words)
    used = 0
  }
  return words[used++] ?? 0
}

/** Numbers from the machine's entropy. For ids and jitter; keys and tokens of security need `node:crypto` itself. */
export const systemRandom: Random = {
  next: () => nextWord() / 2 ** 32,
}
