/**
 * Objects over the store: what the API reads, writes and watches through.
 *
 *     create · update · remove ──► commit, guarded ──► store ──events──► feed ──► caches ──► get · list
 *                                                                          └────► hubs ────► watch
 *
 * One for each server process. Several over one store see each other's writes: a read without a resourceVersion waits
 * for all that any of them has acknowledged.
 */

import { invalid as invalidField } from '@muster/api/field-error.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { expired, type GroupResource, invalid, overloaded } from '@muster/api/status.ts'
import { type Clock, type Duration, type Instant, milliseconds } from '@muster/base/clock.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import { type Logger, noLog } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { HistoryOptions, Revision, Store } from '@muster/store/store.ts'
import { type Accounts, noAccounts } from './accounts.ts'
import { Alarms } from './alarms.ts'
import { ResourceCache } from './cache.ts'
import { type CommitDeps, carryOutAlone } from './carry-out.ts'
import { RECENT_CHANGES_MAX, RecentBudget } from './change.ts'
import { choose } from './choose.ts'
import type { WriteRequest, WriterDeps, Written } from './decide.ts'
import { EncodedObjects, type ObjectEncoding } from './encoded.ts'
import { Feed } from './feed.ts'
import { type HistoryDeps, objectAt, type PastVersion, revisionAsOf, versionsOf } from './history.ts'
import { Hub } from './hub.ts'
import { formatKey, type ObjectKey, resourcePrefix, type Scope, scopePrefix } from './key.ts'
import { parseVersion } from './list-rule.ts'
import { OwnerIndex, type OwnershipListener } from './owner-index.ts'
import { Past } from './past.ts'
import { beAt, beFresh, findObject, getObject, type ListPage, type ListRequest, listObjects } from './read.ts'
import { type AttributesOf, type Selection, targetOf } from './selection.ts'
import { openStage } from './stage.ts'
import type { StoredObject } from './stored-object.ts'
import { type Together, type TogetherRequest, writeTogether } from './together.ts'
import type { WatchEncoding } from './watch-encoding.ts'
import { type WatchSettings, WatchStream } from './watch-stream.ts'
import { createObject, type RemoveRequest, removeObject, type UpdateRequest, updateObject } from './write.ts'

/** What storage is made of. */
export interface StorageDeps {
  readonly store: Pick<Store, 'commit' | 'erase' | 'head' | 'history' | 'range' | 'revisionAt' | 'status' | 'watch'>
  readonly clock: Clock
  readonly random: Random
  readonly log?: Logger
  /** What selectors may ask of an object of this resource. */
  readonly attributesOf: AttributesOf
  /** A field of a resource by which watchers are looked up, as kubelets are by `spec.nodeName` of pods. */
  readonly indexedField?: (resource: GroupResource) => string | undefined
  /** Makes whoever keeps accounts of what there is. Nobody does when absent. */
  readonly accounts?: (reads: Pick<Storage, 'find' | 'list'>) => Accounts
  /** Lets others of this thread have their turn: `setImmediate` in life. Default: a sleep of no length. */
  readonly pause?: () => Promise<void>
  /** How many changes stay in memory for watchers that are late. Default {@link RECENT_CHANGES_MAX}. */
  readonly recentChangesMax?: number
  /** How many may watch at a time. Default {@link WATCHES_MAX}. */
  readonly watchesMax?: number
}

/** What a watch asks for. */
export interface WatchRequest {
  /** Everything in the scope when absent. */
  readonly selection?: Selection
  readonly resourceVersion: string
  /** Begin with what is there. As Kubernetes has it, the default of who reads the query without a version is true. */
  readonly sendInitialEvents: boolean
  readonly allowWatchBookmarks: boolean
  readonly timeout: Duration
  readonly encoding: WatchEncoding
}

/** Objects over one store. */
export interface Storage {
  /** One object. Throws NotFound, RevisionAhead (504) or Timeout. */
  get(key: ObjectKey, resourceVersion?: string): Promise<StoredObject>
  /** One object, or undefined. Throws RevisionAhead (504) or Timeout. */
  find(key: ObjectKey, resourceVersion?: string): Promise<StoredObject | undefined>
  /** One object as it was at a revision, or undefined. Throws Gone (410, Expired), RevisionAhead (504) or Timeout. */
  findAt(key: ObjectKey, revision: Revision): Promise<StoredObject | undefined>
  /** The versions of an object, oldest first. Throws Timeout. */
  versions(key: ObjectKey, options: HistoryOptions): Promise<readonly PastVersion[]>
  /** Erases what an object was, all versions but the one that is there. Answers how many versions that were. */
  eraseHistory(key: ObjectKey): Promise<number>
  /** The revision of the last write at or before a time. Throws Timeout. */
  revisionAsOf(time: Instant): Promise<Revision>
  /** Throws BadRequest, Gone (410, Expired), RevisionAhead (504) or Timeout. */
  list(scope: Scope, request: ListRequest): Promise<ListPage>
  /**
   * Resolves when the stream may begin. Throws Gone (410, Expired), RevisionAhead (504), Invalid, TooManyRequests. What
   * goes wrong later is an error event, and the end of the stream.
   */
  watch(scope: Scope, request: WatchRequest): Promise<WatchStream>
  create(key: ObjectKey, object: KubeObject, request: WriteRequest): Promise<Written>
  update(key: ObjectKey, request: UpdateRequest): Promise<Written>
  remove(key: ObjectKey, request: RemoveRequest): Promise<Written>
  /** Several writes, all or none. Throws what refuses one of them, TooLarge, Conflict, and what the store throws. */
  together<Decided>(request: TogetherRequest<Decided>): Promise<Together<Decided>>
  /** An object in a form that costs something to make, kept while this version of it is. */
  encoded(object: StoredObject, encoding: ObjectEncoding): Uint8Array
  /** The objects of a logical cluster that name this uid as an owner. */
  dependentsOf(cluster: string, uid: string): Promise<readonly string[]>
  /** Tells of every object that has owners or waits for its dependents, and then of each change of that. */
  followOwnership(listener: OwnershipListener): Promise<void>
  /** A kind is served no more, or otherwise: what was worked out of its objects is forgotten, and its watches end. */
  kindChanged(resource: GroupResource, cluster?: string): void
  /** How much a list of this scope goes through; undefined while nobody has asked for any of it. */
  amountOf(scope: Scope): { readonly objects: number; readonly averageBytes: number } | undefined
  /** For metrics. */
  status(): StorageStatus
  /** Ends the watches and lets go of the store, which is not closed. */
  close(): void
}

/** Where this server stands. */
export interface StorageStatus {
  readonly revision: Revision
  /** Resources that are in memory. */
  readonly resources: number
  readonly objects: number
  readonly watches: number
}

/** Of one server. Each takes a socket or a stream of one besides, of which there are fewer. */
export const WATCHES_MAX = 200_000

/** What the store says of the form in which objects are kept in it. */
const FORMAT_KEY = 'muster/format'
const FORMAT = '1'

/**
 * Opens storage over a store. On an empty store it writes the mark of its format, after which no revision is 0. Throws
 * StorageRefused when the store's objects are in a form of a later Muster.
 */
export async function openStorage(deps: StorageDeps): Promise<Storage> {
  await markFormat(deps)
  const storage = new ObjectStorage(deps)
  await storage.open()
  return storage
}

interface Resource {
  readonly cache: ResourceCache
  readonly hub: Hub
}

class ObjectStorage implements Storage {
  readonly #deps: StorageDeps
  readonly #writer: WriterDeps & CommitDeps
  readonly #looker: HistoryDeps
  readonly #pause: () => Promise<void>
  readonly #feed: Feed
  readonly #budget: RecentBudget
  readonly #past: Past
  readonly #alarms: Alarms
  readonly #encoded = new EncodedObjects()
  readonly #resources = new Map<string, Resource>()
  #owners: OwnerIndex | undefined

  constructor(deps: StorageDeps) {
    const { store, clock, random, log = noLog, attributesOf, pause } = deps
    this.#deps = deps
    this.#pause = pause ?? (() => clock.sleep(milliseconds(0)))
    this.#feed = new Feed({ store, clock, random, log })
    this.#looker = { store, feed: this.#feed }
    this.#budget = new RecentBudget(deps.recentChangesMax ?? RECENT_CHANGES_MAX)
    this.#past = new Past(store)
    this.#alarms = new Alarms(clock)
    const cacheOf = (scope: GroupResource) => {
      const { cache } = this.#resources.get(resourcePrefix(scope)) ?? {}
      return cache?.isLoaded ? cache : this.#resource(scope).then((loaded) => loaded.cache)
    }
    const accounts = deps.accounts?.(this) ?? noAccounts
    const deciding = { store, clock, random, feed: this.#feed, cacheOf, attributesOf, accounts, pause: this.#pause }
    this.#writer = {
      ...deciding,
      find: (key, resourceVersion) => findObject(deciding, key, resourceVersion),
      carryOut: carryOutAlone(deciding),
    }
  }

  open(): Promise<void> {
    return this.#feed.open()
  }

  get(key: ObjectKey, resourceVersion = ''): Promise<StoredObject> {
    return getObject(this.#writer, key, resourceVersion)
  }

  find(key: ObjectKey, resourceVersion = ''): Promise<StoredObject | undefined> {
    return findObject(this.#writer, key, resourceVersion)
  }

  findAt(key: ObjectKey, revision: Revision): Promise<StoredObject | undefined> {
    return objectAt(this.#looker, key, revision)
  }

  versions(key: ObjectKey, options: HistoryOptions): Promise<readonly PastVersion[]> {
    return versionsOf(this.#looker, key, options)
  }

  async eraseHistory(key: ObjectKey): Promise<number> {
    const count = await this.#deps.store.erase(formatKey(key))
    const prefix = resourcePrefix(key)
    const known = this.#resources.get(prefix)
    // What watchers may still be told of it is in memory too; those who are behind read the log from now on.
    known?.cache.recent.restart(known.hub.head)
    this.#past.forget(prefix)
    return count
  }

  revisionAsOf(time: Instant): Promise<Revision> {
    return revisionAsOf(this.#looker, time)
  }

  list(scope: Scope, request: ListRequest): Promise<ListPage> {
    return listObjects(this.#writer, scope, request)
  }

  async watch(scope: Scope, request: WatchRequest): Promise<WatchStream> {
    const { selection, encoding, allowWatchBookmarks: bookmarks, sendInitialEvents, timeout } = request
    const asked = watchVersion(scope, request.resourceVersion)
    const target = targetOf(scope, selection)
    if (asked === undefined) await beFresh(this.#writer)
    else if (asked > 0) await beAt(this.#feed, asked)
    const { cache, hub } = await this.#resource(scope)
    const deadline = (this.#deps.clock.elapsed() + timeout) as Duration
    if (sendInitialEvents) {
      const initial = await choose(this.#writer, cache, target, { limit: 0 })
      return this.#begin({ target, encoding, initial, after: initial.revision, bookmarks, deadline }, hub)
    }
    const after = asked === undefined || asked === 0 ? hub.head : asked
    await this.#checkKept(hub, after)
    return this.#begin({ target, encoding, after, bookmarks, deadline }, hub)
  }

  create(key: ObjectKey, object: KubeObject, request: WriteRequest): Promise<Written> {
    return createObject(this.#writer, key, object, request)
  }

  update(key: ObjectKey, request: UpdateRequest): Promise<Written> {
    return updateObject(this.#writer, key, request)
  }

  remove(key: ObjectKey, request: RemoveRequest): Promise<Written> {
    return removeObject(this.#writer, key, request)
  }

  together<Decided>(request: TogetherRequest<Decided>): Promise<Together<Decided>> {
    return writeTogether(() => openStage(this.#writer, (scope, asked) => this.list(scope, asked)), request)
  }

  encoded(object: StoredObject, encoding: ObjectEncoding): Uint8Array {
    return this.#encoded.bytesOf(object, encoding)
  }

  dependentsOf(cluster: string, uid: string): Promise<readonly string[]> {
    return this.#ownerIndex().dependentsOf(cluster, uid)
  }

  followOwnership(listener: OwnershipListener): Promise<void> {
    return this.#ownerIndex().follow(listener)
  }

  kindChanged(resource: GroupResource, cluster?: string): void {
    const known = this.#resources.get(resourcePrefix(resource))
    known?.cache.forgetAttributes()
    known?.hub.close(cluster)
  }

  amountOf(scope: Scope): { readonly objects: number; readonly averageBytes: number } | undefined {
    const { cache } = this.#resources.get(resourcePrefix(scope)) ?? {}
    if (!cache?.isLoaded) return undefined
    const { objects } = cache
    const count = scope.cluster === undefined ? objects.size : objects.countUnder(scopePrefix(scope))
    return { objects: count, averageBytes: objects.averageBytes }
  }

  status(): StorageStatus {
    let objects = 0
    let watches = 0
    for (const { cache, hub } of this.#resources.values()) {
      objects += cache.objects.size
      watches += hub.size
    }
    return { revision: this.#feed.revision, resources: this.#resources.size, objects, watches }
  }

  close(): void {
    for (const { hub } of this.#resources.values()) hub.close()
    this.#alarms.close()
    this.#past.close()
    this.#feed.close()
  }

  #ownerIndex(): OwnerIndex {
    const { store } = this.#deps
    this.#owners ??= new OwnerIndex({ store, feed: this.#feed, pause: this.#pause })
    return this.#owners
  }

  #begin(settings: WatchSettings, hub: Hub): WatchStream {
    const { watchesMax = WATCHES_MAX } = this.#deps
    if (this.status().watches >= watchesMax) throw overloaded(`${watchesMax} watches are open, please try again later`)
    return new WatchStream(settings, hub)
  }

  /** Throws Gone unless every change after a revision can be told; what is read for that is kept for the stream. */
  async #checkKept({ deps }: Hub, after: Revision): Promise<void> {
    const { cache, past } = deps
    const { since } = cache.recent
    if (after >= since) return
    try {
      await past.page(cache.prefix, after, since)
    } catch (error) {
      if (!hasCode(error, 'Gone')) throw error
      const { horizon } = await this.#deps.store.status()
      // Source of the words: apiserver pkg/storage/cacher watch_cache.go.
      throw expired(`too old resource version: ${after} (${horizon})`)
    }
  }

  /** A resource, in memory and as of the feed's revision. */
  async #resource({ group, resource }: GroupResource): Promise<Resource> {
    const prefix = resourcePrefix({ group, resource })
    const known = this.#resources.get(prefix) ?? this.#addResource(prefix, { group, resource })
    if (!known.cache.isLoaded) await known.cache.load()
    return known
  }

  #addResource(prefix: string, resource: GroupResource): Resource {
    const { store, clock, attributesOf, indexedField } = this.#deps
    const cache = new ResourceCache(prefix, { store, feed: this.#feed, budget: this.#budget, pause: this.#pause })
    const hub = new Hub({
      cache,
      past: this.#past,
      alarms: this.#alarms,
      clock,
      attributesOf,
      indexedField: indexedField?.(resource),
      pause: this.#pause,
    })
    const added = { cache, hub }
    this.#resources.set(prefix, added)
    return added
  }
}

/** The revision that a watch names; undefined when it names none. Source: apiserver InterpretWatchError. */
function watchVersion({ group, resource }: GroupResource, resourceVersion: string): Revision | undefined {
  if (resourceVersion === '') return undefined
  const revision = parseVersion(resourceVersion)
  if (typeof revision === 'number') return revision
  throw invalid({ group, kind: resource }, '', [invalidField('resourceVersion', resourceVersion, revision)])
}

async function markFormat({ store }: StorageDeps): Promise<void> {
  const { entries } = await store.range(FORMAT_KEY, { limit: 1 })
  const [mark] = entries
  if (mark) return checkFormat(mark.value)
  const outcome = await store.commit({
    token: FORMAT_KEY,
    guards: [{ guard: 'absent', key: FORMAT_KEY }],
    writes: [{ write: 'put', key: FORMAT_KEY, value: Buffer.from(FORMAT) }],
    cause: { actor: 'server', reason: 'marks the form in which objects are kept' },
  })
  // Another server that starts at the same time has done it.
  if (outcome.outcome === 'unknown') throw new ControlError('Unavailable', `the store is away: ${outcome.reason}`)
}

function checkFormat(mark: Uint8Array): void {
  const format = Buffer.from(mark).toString()
  if (format === FORMAT) return
  const why = `objects are kept here in format '${format}', and this Muster knows format '${FORMAT}'`
  throw new ControlError('StorageRefused', why)
}
