/**
 * Who depends on whom: for each owner's uid, the keys of the objects that name it in their ownerReferences. Kept in
 * memory for garbage collection, over all resources of a store, from the same feed as the caches.
 *
 *     an object names other owners than before ─────────────► look at it
 *     an object is deleted ─────────────────────────────────► its uid is gone; look at its dependents
 *     an object is marked, and waits for its dependents ────► look at it and at them
 *     a dependent of one that waits goes, or lets it go ────► look at the one that waits
 */
import type { ObjectMeta, OwnerReference } from '@muster/api/object.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './deletion.ts'
import type { Feed, FeedListener } from './feed.ts'
import { parseKey } from './key.ts'
import { parseObject, storedObject } from './stored-object.ts'

/** What an owner index is made of. */
export interface OwnerIndexDeps {
  readonly store: Pick<Store, 'range'>
  readonly feed: Feed
  /** Lets others of this thread have their turn. */
  readonly pause: () => Promise<void>
}

/** Hears of whatever may have to be collected. It is called while events are dealt out: it only takes notes. */
export interface OwnershipListener {
  /** This object is to be looked at: what it depends on, or what it waits for, has changed. */
  look(key: string): void
  /** An object that had dependents is no more since a revision. A uid never comes back. */
  gone(cluster: string, uid: string, revision: Revision): void
}

/** Objects looked at between two pauses: some milliseconds. */
const OBJECTS_PER_SLICE = 1000

/** What an object says of itself, where that matters here. */
interface Ties {
  /** Under which owners it stands, by logical cluster and uid. */
  readonly owners: readonly string[]
  /** All that a look depends on, to tell whether it changed. */
  readonly written: string
  /** Itself, when it is marked and waits for its dependents. */
  readonly waitsAs: string | undefined
  /** The finalizers that say so. */
  readonly waitsFor: string
}

/** One for each server, made when garbage collection begins. */
export class OwnerIndex implements FeedListener {
  readonly #deps: OwnerIndexDeps
  /** By logical cluster and uid; a space can be in neither. */
  readonly #dependents = new Map<string, Set<string>>()
  /** By key. */
  readonly #ties = new Map<string, Ties>()
  /** The keys of those that wait for their dependents, by logical cluster and uid. */
  readonly #waiting = new Map<string, string>()
  readonly #listeners = new Set<OwnershipListener>()
  #early: Event[] | undefined = []
  #loading: Promise<void> | undefined

  constructor(deps: OwnerIndexDeps) {
    this.#deps = deps
    deps.feed.listenToEverything(this)
  }

  /** The keys of all objects of a logical cluster that name this uid as an owner, as of the feed's revision. */
  async dependentsOf(cluster: string, uid: string): Promise<readonly string[]> {
    await this.#loaded()
    return [...(this.#dependents.get(`${cluster} ${uid}`) ?? [])]
  }

  /** Tells a listener of everything that has owners or waits, and then of what changes. Resolves when all is told. */
  async follow(listener: OwnershipListener): Promise<void> {
    await this.#loaded()
    if (this.#listeners.has(listener)) return
    this.#listeners.add(listener)
    for (const key of this.#ties.keys()) listener.look(key)
  }

  apply(events: readonly Event[]): void {
    // Whoever only listens never asks: after a reading that failed, what happens next begins another.
    if (this.#early && this.#listeners.size > 0) void this.#loaded().catch(() => undefined)
    if (!this.#early) for (const event of events) this.#apply(event)
    // Until it is asked for the first time, there is nothing to keep up with.
    else if (this.#loading) this.#early.push(...events)
  }

  announce(): void {}

  startOver(): void {
    this.#early = []
    if (this.#listeners.size > 0) void this.#loaded().catch(() => undefined)
  }

  async #loaded(): Promise<void> {
    while (this.#early) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined
      })
      await this.#loading
    }
  }

  async #load(): Promise<void> {
    const { store, feed, pause } = this.#deps
    const early: Event[] = []
    this.#early = early
    this.#dependents.clear()
    this.#ties.clear()
    this.#waiting.clear()
    const { entries, revision } = await store.range('', { at: feed.revision })
    for (const [index, { key, value }] of entries.entries()) {
      this.#set(key, tiesIn(key, value))
      if (index % OBJECTS_PER_SLICE === OBJECTS_PER_SLICE - 1) await pause()
    }
    if (this.#early !== early) return
    this.#early = undefined
    for (const event of early) if (event.revision > revision) this.#apply(event)
    for (const key of this.#ties.keys()) this.#look(key)
  }

  #apply(event: Event): void {
    const { key } = event
    const before = this.#ties.get(key)
    const now = event.event === 'put' ? tiesIn(key, event.entry.value) : undefined
    if (before) this.#forget(key, before)
    if (now) this.#set(key, now)
    if (this.#listeners.size === 0) return
    if (event.event === 'delete') this.#tellGone(event)
    else if (now && now.written !== before?.written) this.#look(key)
    if (now?.waitsAs !== undefined && before?.waitsFor !== now.waitsFor) this.#lookUnder(now.waitsAs)
    if (before?.written !== now?.written) {
      for (const owner of before?.owners ?? []) {
        const waiting = this.#waiting.get(owner)
        if (waiting !== undefined) this.#look(waiting)
      }
    }
  }

  #tellGone({ key, previous, revision }: Event): void {
    // Most of what is deleted owns nothing, and where nothing is owned at all nothing need be parsed.
    if (this.#dependents.size === 0 || !previous) return
    const cluster = parseKey(key)?.cluster
    const { uid } = metadataIn(key, previous.value) ?? {}
    if (cluster === undefined || uid === undefined || !this.#dependents.has(`${cluster} ${uid}`)) return
    for (const listener of this.#listeners) listener.gone(cluster, uid, revision)
    this.#lookUnder(`${cluster} ${uid}`)
  }

  #lookUnder(owner: string): void {
    for (const key of this.#dependents.get(owner) ?? []) this.#look(key)
  }

  #look(key: string): void {
    for (const listener of this.#listeners) listener.look(key)
  }

  #set(key: string, ties: Ties | undefined): void {
    if (!ties) return
    this.#ties.set(key, ties)
    if (ties.waitsAs !== undefined) this.#waiting.set(ties.waitsAs, key)
    for (const owner of ties.owners) {
      const dependents = this.#dependents.get(owner)
      if (dependents) dependents.add(key)
      else this.#dependents.set(owner, new Set([key]))
    }
  }

  #forget(key: string, { owners, waitsAs }: Ties): void {
    if (waitsAs !== undefined) this.#waiting.delete(waitsAs)
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner)
      dependents?.delete(key)
      if (dependents?.size === 0) this.#dependents.delete(owner)
    }
    this.#ties.delete(key)
  }
}

/** Most objects have no owner and wait for nobody, and then are not parsed. */
const OWNERS = '"ownerReferences"'
const MARKED = '"deletionTimestamp"'
const ZERO = 0 as Revision

function tiesIn(key: string, value: Uint8Array): Ties | undefined {
  const cluster = parseKey(key)?.cluster
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  if (cluster === undefined || !(bytes.includes(OWNERS) || bytes.includes(MARKED))) return undefined
  const { uid, deletionTimestamp, finalizers = [], ownerReferences = [] } = metadataIn(key, value) ?? {}
  const waitsFor = deletionTimestamp === undefined ? [] : finalizers.filter((one) => FOR_DEPENDENTS.has(one))
  if (ownerReferences.length === 0 && waitsFor.length === 0) return undefined
  return {
    owners: ownerReferences.map((owner: OwnerReference) => `${cluster} ${owner.uid}`),
    written: [...ownerReferences.map(sayReference), ...waitsFor].join(),
    waitsAs: waitsFor.length > 0 ? `${cluster} ${uid}` : undefined,
    waitsFor: waitsFor.join(),
  }
}

const FOR_DEPENDENTS: ReadonlySet<string> = new Set([FOREGROUND_FINALIZER, ORPHAN_FINALIZER])

const sayReference = ({ uid, blockOwnerDeletion = false }: OwnerReference): string => `${uid} ${blockOwnerDeletion}`

function metadataIn(key: string, value: Uint8Array): ObjectMeta | undefined {
  const object = storedObject({ key, value, revision: ZERO, createRevision: ZERO, version: 1 })
  return object && parseObject(object).metadata
}
