/** Waits until nothing goes on. */
import { timeout } from '@muster/api/status.ts'
import type { Store } from '@muster/store/store.ts'
import type { Door } from './door.ts'
import { turn } from './time.ts'

/** What is looked at, and for how long. */
export interface Settling {
  readonly door: Door
  readonly store: Pick<Store, 'head'>
  /** Of the machine's time, in milliseconds: how long nothing may have gone on. */
  readonly quietMs: number
  /** Of the machine's time. */
  readonly withinMs: number
}

/**
 * So many turns in which nothing goes on. Within one process a change reaches whoever waits for it in the same turn or
 * the next, since everything is handed on by promises; the others are for libraries that put off their work.
 */
const QUIET_TURNS = 10

/** Resolves when no request was made, none is under way, no watch was told anything, and nothing was written. */
export async function settle({ door, store, quietMs, withinMs }: Settling): Promise<void> {
  const began = performance.now()
  let quietSince = began
  let quietTurns = 0
  let seen = ''
  for (;;) {
    const now = performance.now()
    const sight = `${door.passed} ${await store.head()}`
    if (sight !== seen || door.underWay > 0) {
      seen = sight
      quietTurns = 0
      quietSince = now
    } else if (++quietTurns >= QUIET_TURNS && now - quietSince >= quietMs) return
    if (now - began > withinMs) {
      throw timeout(
        `the server has not settled within ${withinMs} ms; under way: ${door.asked.join(', ') || 'nothing'}`,
      )
    }
    await turn()
  }
}
