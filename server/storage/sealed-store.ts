/**
 * A store whose values are sealed on their way in and opened on their way out, so that nothing above it knows of keys and
 * nothing below it sees what is secret.
 *
 *     storage ──commit──► seal ──► store          history, snapshots and files hold what was sealed
 *             ◄──range, watch, history── open ◄──
 */
import type { Clock } from '@muster/base/clock.ts'
import type { Random } from '@muster/base/random.ts'
import type { Commit, Entry, Event, Store, Version, Watch, Write } from '@muster/store/store.ts'
import { resealOne } from './reseal.ts'

/** Makes unreadable for good what was sealed, wherever it lies. */
export interface Erasing {
  /** What is written of an object from now on, given in plain, is sealed with a key that is new. */
  renew(key: string, plain: Uint8Array): Promise<void>
  /** Forgets the keys that sealed these values, those of one key of the store; what sealed the live one stays. */
  forget(values: readonly Uint8Array[], live: Uint8Array | undefined): Promise<void>
}

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
  /** Undefined where nothing is sealed in a way that allows it. */
  readonly erasing: Erasing | undefined
}

/** What sealing takes, and writing anew what is sealed with a key that is to go. */
export interface SealedStoreDeps {
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
}

/** The store, with everything sealed that the sealer seals. */
export function sealedStore(store: Store, { sealer, clock, random }: SealedStoreDeps): Store {
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
  /** Commits whose values may be sealed with a key that was the newest when they came. */
  const underway = new Set<Promise<unknown>>()
  const commitSealed = async (commit: Commit) => {
    const known = sealed.get(commit) ?? sealCommit(commit)
    sealed.set(commit, known)
    return store.commit(await known)
  }
  const liveEntry = async (key: string): Promise<Entry | undefined> => {
    const { entries } = await store.range(key, { limit: 1 })
    return entries[0]?.key === key ? entries[0] : undefined
  }
  /** Forgets the keys of all that this key of the store held before what it holds now. */
  const forgetKeys = async (key: string, erasing: Erasing) => {
    let live = await liveEntry(key)
    if (live) await erasing.renew(key, sealer.open(key, live.value))
    await Promise.allSettled([...underway])
    live = await liveEntry(key)
    if (live) await resealOne({ store, sealer, clock, random }, live, 'seals with a new key what is not erased')
    live = await liveEntry(key)
    const old: Uint8Array[] = []
    for (const version of await store.history(key)) {
      if (version.version === 'put' && version.revision !== live?.revision) old.push(version.entry.value)
    }
    await erasing.forget(old, live?.value)
  }
  return {
    async range(prefix, options) {
      const range = await store.range(prefix, options)
      return { ...range, entries: range.entries.map(openEntry) }
    },
    async commit(commit) {
      if (!commit.writes.some(({ key }) => sealer.seals(key))) return store.commit(commit)
      const done = commitSealed(commit)
      underway.add(done)
      return done.finally(() => underway.delete(done))
    },
    watch: (prefix, after) => openedWatch(store.watch(prefix, after), openEvent),
    async history(key, options) {
      return (await store.history(key, options)).map(openVersion)
    },
    lease: (ttl) => store.lease(ttl),
    keepAlive: (lease) => store.keepAlive(lease),
    revoke: (lease) => store.revoke(lease),
    async erase(key) {
      // The store's own copies lose the values; the keys go with them, for the sake of every other copy there is.
      if (sealer.erasing && sealer.seals(key)) await forgetKeys(key, sealer.erasing)
      return store.erase(key)
    },
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
