/**
 * A store whose values are sealed on their way in and opened on their way out, so that nothing above it knows of keys and
 * nothing below it sees what is secret.
 *
 *     storage ──commit──► seal ──► store          history, snapshots and files hold what was sealed
 *             ◄──range, watch, history── open ◄──
 */
import type { Commit, Entry, Event, Store, Version, Watch, Write } from '@muster/store/store.ts'

/** Seals values, each bound to its key: what was sealed under one opens under no other. */
export interface Sealer {
  /** Whether values under this key may be sealed at all. */
  seals(key: string): boolean
  /** As it is to be kept; the value itself where nothing is to be sealed. */
  seal(key: string, value: Uint8Array): Promise<Uint8Array> | Uint8Array
  /** As it was before; no bytes for what was erased. Throws StorageRefused when no key opens it. */
  open(key: string, value: Uint8Array): Uint8Array
  /** Whether a value as it is kept was made as `seal` makes them now. */
  isSealedAnew(key: string, value: Uint8Array): boolean
}

/** The store, with everything sealed that the sealer seals. */
export function sealedStore(store: Store, sealer: Sealer): Store {
  const openEntry = (entry: Entry): Entry => {
    const value = sealer.open(entry.key, entry.value)
    return value === entry.value ? entry : { ...entry, value }
  }
  const openEvent = (event: Event): Event => {
    const previous = event.previous && openEntry(event.previous)
    if (event.event === 'delete')
      return previous === event.previous ? event : { ...event, ...(previous && { previous }) }
    const entry = openEntry(event.entry)
    if (entry === event.entry && previous === event.previous) return event
    return { ...event, entry, ...(previous && { previous }) }
  }
  const openVersion = (version: Version): Version =>
    version.version === 'put' && !version.erased ? { ...version, entry: openEntry(version.entry) } : version
  // A commit that is repeated must be the same commit: what it seals is sealed once.
  const sealed = new WeakMap<Commit, Promise<Commit>>()
  const sealCommit = async (commit: Commit): Promise<Commit> => {
    const writes: Write[] = []
    for (const write of commit.writes)
      writes.push(write.write === 'put' ? { ...write, value: await sealer.seal(write.key, write.value) } : write)
    return { ...commit, writes }
  }
  return {
    async range(prefix, options) {
      const range = await store.range(prefix, options)
      return { ...range, entries: range.entries.map(openEntry) }
    },
    async commit(commit) {
      if (!commit.writes.some(({ key }) => sealer.seals(key))) return store.commit(commit)
      const known = sealed.get(commit) ?? sealCommit(commit)
      sealed.set(commit, known)
      return store.commit(await known)
    },
    watch: (prefix, after) => openedWatch(store.watch(prefix, after), openEvent),
    async history(key, options) {
      return (await store.history(key, options)).map(openVersion)
    },
    lease: (ttl) => store.lease(ttl),
    keepAlive: (lease) => store.keepAlive(lease),
    revoke: (lease) => store.revoke(lease),
    erase: (key) => store.erase(key),
    compact: (policy) => store.compact(policy),
    revisionAt: (time) => store.revisionAt(time),
    snapshot: () => store.snapshot(),
    status: () => store.status(),
    head: () => store.head(),
    close: () => store.close(),
  }
}

function openedWatch(watch: Watch, open: (event: Event) => Event): Watch {
  const next: Watch['next'] = async (upTo) => (await watch.next(upTo))?.map(open)
  return {
    next,
    get revision() {
      return watch.revision
    },
    close: () => watch.close(),
    async *[Symbol.asyncIterator]() {
      for (let events = await next(); events; events = await next()) yield events
    },
  }
}
