/**
 * Who depends on whom: for each owner's uid, the keys of the objects that name it in their ownerReferences. Kept in
 * memory for garbage collection, over all resources of a store, from the same feed as the caches.
 */
import type { OwnerReference } from '@muster/api/object.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
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

/** Objects looked at between two pauses: some milliseconds. */
const OBJECTS_PER_SLICE = 1000

/** One for each server, made when garbage collection begins. */
export class OwnerIndex implements FeedListener {
  readonly #deps: OwnerIndexDeps
  /** By logical cluster and uid; a space can be in neither. */
  readonly #dependents = new Map<string, Set<string>>()
  /** By key: under which owners it stands. */
  readonly #owners = new Map<string, readonly string[]>()
  #early: Event[] | undefined = []
  #loading: Promise<void> | undefined

  constructor(deps: OwnerIndexDeps) {
    this.#deps = deps
    deps.feed.listenToEverything(this)
  }

  /** The keys of all objects of a logical cluster that name this uid as an owner, as of the feed's revision. */
  async dependentsOf(cluster: string, uid: string): Promise<readonly string[]> {
    while (this.#early) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined
      })
      await this.#loading
    }
    return [...(this.#dependents.get(`${cluster} ${uid}`) ?? [])]
  }

  apply(events: readonly Event[]): void {
    if (!this.#early) for (const event of events) this.#apply(event)
    // Until it is asked for the first time, there is nothing to keep up with.
    else if (this.#loading) this.#early.push(...events)
  }

  announce(): void {}

  startOver(): void {
    this.#early = []
  }

  async #load(): Promise<void> {
    const { store, feed, pause } = this.#deps
    const early: Event[] = []
    this.#early = early
    this.#dependents.clear()
    this.#owners.clear()
    const { entries, revision } = await store.range('', { at: feed.revision })
    for (const [index, { key, value }] of entries.entries()) {
      this.#set(key, value)
      if (index % OBJECTS_PER_SLICE === OBJECTS_PER_SLICE - 1) await pause()
    }
    if (this.#early !== early) return
    this.#early = undefined
    for (const event of early) if (event.revision > revision) this.#apply(event)
  }

  #apply(event: Event): void {
    this.#forget(event.key)
    if (event.event === 'put') this.#set(event.key, event.entry.value)
  }

  #set(key: string, value: Uint8Array): void {
    const cluster = parseKey(key)?.cluster
    if (cluster === undefined || !Buffer.from(value.buffer, value.byteOffset, value.length).includes(FIELD)) return
    const owners = ownersIn(key, value).map(({ uid }) => `${cluster} ${uid}`)
    if (owners.length === 0) return
    this.#owners.set(key, owners)
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner)
      if (dependents) dependents.add(key)
      else this.#dependents.set(owner, new Set([key]))
    }
  }

  #forget(key: string): void {
    for (const owner of this.#owners.get(key) ?? []) {
      const dependents = this.#dependents.get(owner)
      dependents?.delete(key)
      if (dependents?.size === 0) this.#dependents.delete(owner)
    }
    this.#owners.delete(key)
  }
}

/** Most objects have no owner, and then are not parsed. */
const FIELD = '"ownerReferences"'
const ZERO = 0 as Revision

function ownersIn(key: string, value: Uint8Array): readonly OwnerReference[] {
  const object = storedObject({ key, value, revision: ZERO, createRevision: ZERO, version: 1 })
  return (object && parseObject(object).metadata.ownerReferences) ?? []
}
