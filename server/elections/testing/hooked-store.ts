/** For tests: a store to whose next commit something happens first. */
import type { Store } from '@muster/store/store.ts'

/** The store, and a way to say what happens between a write's look and its commit. */
export function hookedStore(inner: Store): {
  readonly store: Store
  beforeNextCommit(deed: () => Promise<void>): void
} {
  let waiting: (() => Promise<void>) | undefined
  const store: Store = {
    range: (prefix, options) => inner.range(prefix, options),
    watch: (prefix, after) => inner.watch(prefix, after),
    lease: (ttl) => inner.lease(ttl),
    keepAlive: (lease) => inner.keepAlive(lease),
    revoke: (lease) => inner.revoke(lease),
    history: (key, options) => inner.history(key, options),
    erase: (key) => inner.erase(key),
    compact: (policy) => inner.compact(policy),
    revisionAt: (time) => inner.revisionAt(time),
    snapshot: () => inner.snapshot(),
    status: () => inner.status(),
    head: () => inner.head(),
    close: () => inner.close(),
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
