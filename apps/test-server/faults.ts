/** What goes wrong in life and is hard to bring about elsewhere: done to a server on purpose, one call each. */
import type { Store } from '@muster/store/store.ts'
import type { Door, Refusal, RequestMatch } from './door.ts'

/** Does harm to a server, which goes on. */
export interface Faults {
  /** Cuts every watch that is open, or those that match. Answers how many. Clients are to begin anew where they were. */
  dropWatches(match?: RequestMatch): number
  /**
   * Refuses the next request that matches, or the next `times`: with 503 unless the refusal says otherwise. A write that
   * is refused has not happened.
   */
  refuse(match: RequestMatch, refusal?: Refusal & { readonly times?: number }): void
  /** Forgets all history, and restarts: who goes on from a resourceVersion of before gets 410, and has to list anew. */
  compact(): Promise<void>
  /**
   * Stops the API and starts it anew over the same objects. Clients stay, their watches end, and requests meanwhile
   * are answered with 503. Custom resources are served again when it resolves.
   */
  restart(): Promise<void>
}

/** What faults are done to. */
export interface FaultDeps {
  readonly door: Door
  readonly store: Store
  readonly reopen: () => Promise<void>
}

/** Faults of one server. */
export const createFaults = ({ door, store, reopen }: FaultDeps): Faults => ({
  dropWatches: (match = {}) => door.cutWatches(match),
  refuse: (match, { times = 1, ...refusal } = {}) => door.refuse(match, refusal, times),
  async compact() {
    // One write that concerns nobody, so that whatever a client has seen so far lies below the horizon.
    const head = await store.head()
    const key = `test-server/compacted-at-${head}`
    await store.commit({
      token: key,
      guards: [{ guard: 'absent', key }],
      writes: [{ write: 'put', key, value: new Uint8Array(0) }],
      cause: { actor: 'test', reason: 'history is forgotten' },
    })
    await store.compact({ horizon: await store.head() })
    // The API keeps the newest changes in memory, and would go on telling them.
    await reopen()
  },
  restart: reopen,
})
