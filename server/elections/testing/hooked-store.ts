/** For tests: a store to whose next commit something happens first. */

import type { Store } from '@muster/store/store.ts'
import { plainStore } from '../../storage/testbed.ts'

/** The store, and a way to say what happens between a write's look and its commit. */
export function hookedStore(inner: Store): {
  readonly store: Store
  beforeNextCommit(deed: () => Promise<void>): void
} {
  let waiting: (() => Promise<void>) | undefined
  const store: Store = {
    ...plainStore(inner),
    async commit(commit) {
      const deed = waiting
      waiting = undefined
      await deed?.()
      return inner.commit(commit)
    },
  }
  return {
    store,
    beforeNextCommit(deed) {
      waiting = deed
    },
  }
}
