/**
 * Reading objects: one, or a list of them, as of the revision that the reader asks for.
 *
 * The present is in memory. A read without a resourceVersion waits until this server has everything that any server
 * acknowledged before; one that names a revision waits for that one. What was true at a revision in the past is in
 * memory as well while nothing of the resource has changed since, and else in the store's history.
 */
import { expired, notFound, statusOf, timeout, tooLargeResourceVersion } from '@muster/api/status.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import { RANGE_LIMIT_MAX } from '@muster/store/limits.ts'
import type { Entry, Revision, Store } from '@muster/store/store.ts'
import type { ResourceCache } from './cache.ts'
import { type CachedObject, cachedObject } from './cached-object.ts'
import { type ChooserDeps, choose, isChosen } from './choose.ts'
import { type ContinueToken, encodeContinue } from './continue-token.ts'
import type { Feed } from './feed.ts'
import { formatKey, type ObjectKey, type Scope, scopePrefix } from './key.ts'
import { getRule, type ListVersion, listRule } from './list-rule.ts'
import { fitsTarget, type Selection, type Target, targetOf } from './selection.ts'
import type { StoredObject } from './stored-object.ts'

/** What a list asks for. */
export interface ListRequest extends ListVersion {
  /** Everything in the scope when absent. */
  readonly selection?: Selection
}

/** Objects that were all true at one moment. */
export interface ListPage {
  /** In byte order of their keys. */
  readonly items: readonly StoredObject[]
  /** The list's resourceVersion: the end of a commit, unless the reader named another. Never 0. */
  readonly revision: Revision
  /** The token for the next page; absent on the last. */
  readonly continue?: string
  /** How many objects are left; absent with a selection, and where it is not known. */
  readonly remaining?: number
}

/** What reading is done with. */
export interface ReaderDeps extends ChooserDeps {
  readonly store: Pick<Store, 'head' | 'range'>
  readonly feed: Feed
  /** The cache of a resource, loaded. */
  readonly cacheOf: (scope: Scope) => Promise<ResourceCache> | ResourceCache
}

/** How long a read waits for a revision. Source: apiserver pkg/storage/cacher blockTimeout. */
export const REVISION_WAIT: Duration = seconds(3)
/** Source: apiserver pkg/storage/cacher resourceVersionTooHighRetrySeconds. */
const RETRY_AFTER_SECONDS = 1

/** Source of the words: apiserver pkg/storage/etcd3/errors.go. */
const LIST_EXPIRED = 'The resourceVersion for the provided list is too old.'
const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** Entries fetched at once from history, when a selection may leave most of them out. */
const HISTORY_PAGE = 1000

/** Waits until this server is as new as every acknowledged write. Throws Timeout when it does not get there. */
export async function beFresh({ store, feed }: Pick<ReaderDeps, 'store' | 'feed'>): Promise<void> {
  const head = await store.head()
  if (feed.revision >= head || (await feed.reach(head, REVISION_WAIT))) return
  throw timeout(`this server is at revision ${feed.revision} and does not catch up with the store, which is at ${head}`)
}

/** Waits until this server has a revision. Throws RevisionAhead, as a 504, when it does not come. */
export async function beAt(feed: Feed, revision: Revision): Promise<void> {
  if (feed.revision >= revision || (await feed.reach(revision, REVISION_WAIT))) return
  throw tooLargeResourceVersion(revision, feed.revision, RETRY_AFTER_SECONDS)
}

/** One object. Throws NotFound, RevisionAhead or Timeout. */
export async function getObject(deps: ReaderDeps, key: ObjectKey, resourceVersion: string): Promise<CachedObject> {
  const found = await findObject(deps, key, resourceVersion)
  if (!found) throw notFound(key, key.name)
  return found
}

/** One object, or undefined when there is none. Throws RevisionAhead or Timeout. */
export async function findObject(
  deps: ReaderDeps,
  key: ObjectKey,
  resourceVersion: string,
): Promise<CachedObject | undefined> {
  const text = formatKey(key)
  const rule = getRule(resourceVersion)
  if (rule.read === 'newest') await beFresh(deps)
  if (rule.read === 'not older') await beAt(deps.feed, rule.revision)
  const cache = await deps.cacheOf(key)
  return cache.objects.get(text)
}

/** A page of a list. Throws BadRequest, Gone (410, Expired), RevisionAhead or Timeout. */
export async function listObjects(deps: ReaderDeps, scope: Scope, request: ListRequest): Promise<ListPage> {
  const target = targetOf(scope, request.selection)
  const rule = listRule(request)
  const { limit } = request
  switch (rule.read) {
    case 'newest':
      await beFresh(deps)
      return present(deps, await deps.cacheOf(target), target, { limit })
    case 'any':
      // Kubernetes takes no notice of the limit here: the whole list is in memory anyway.
      return present(deps, await deps.cacheOf(target), target, { limit: 0 })
    case 'not older':
      await beAt(deps.feed, rule.revision)
      return present(deps, await deps.cacheOf(target), target, { limit })
    case 'exact':
      await beAt(deps.feed, rule.revision)
      return await past(deps, target, { limit, revision: rule.revision }).catch((error) => {
        throw hasCode(error, 'Gone') ? expired(LIST_EXPIRED) : error
      })
    case 'on':
      return nextPage(deps, target, limit, rule.token)
    default:
      return rule satisfies never
  }
}

/** Which part of a list, and as of when. */
interface Part {
  readonly limit: number
  readonly revision?: Revision
  readonly token?: ContinueToken
}

async function nextPage(deps: ReaderDeps, target: Target, limit: number, token: ContinueToken): Promise<ListPage> {
  const { revision } = token
  if (revision === undefined) {
    await beFresh(deps)
    return present(deps, await deps.cacheOf(target), target, { limit, token })
  }
  await beAt(deps.feed, revision)
  try {
    return await past(deps, target, { limit, revision, token })
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    const continued = encodeContinue({ start: token.start })
    const status = { ...statusOf(expired(CONTINUE_EXPIRED)), metadata: { continue: continued } }
    throw new ControlError('Gone', CONTINUE_EXPIRED, error, status)
  }
}

/** What is there now, from memory; `revision` says that nothing has changed since then. */
async function present(deps: ReaderDeps, cache: ResourceCache, target: Target, part: Part): Promise<ListPage> {
  const { limit, token } = part
  const count = token ? token.left : countOf(cache, target)
  const { objects, revision, hasMore } = await choose(deps, cache, target, { from: startOf(target, token), limit })
  return pageOf(target, objects, { revision: part.revision ?? revision, hasMore, count })
}

/** What was there at a revision, from memory when that is the same, else from history. Throws Gone. */
async function past(deps: ReaderDeps, target: Target, part: Part & { readonly revision: Revision }): Promise<ListPage> {
  const cache = await deps.cacheOf(target)
  const { revision, limit, token } = part
  if (cache.changedAt <= revision) return present(deps, cache, target, part)
  const prefix = scopePrefix(target)
  const isThinned = target.selection !== undefined || target.name !== undefined
  const fetched = isThinned ? HISTORY_PAGE : Math.min(limit + 1, RANGE_LIMIT_MAX)
  const items: CachedObject[] = []
  let from = startOf(target, token)
  for (;;) {
    const range = await deps.store.range(prefix, {
      at: revision,
      ...(from !== undefined && { from }),
      ...(limit > 0 && { limit: fetched }),
    })
    for (const entry of range.entries) {
      if (limit > 0 && items.length === limit)
        return pageOf(target, items, { revision, hasMore: true, count: token?.left })
      const object = chosenEntry(deps, target, entry)
      if (object) items.push(object)
    }
    if (range.next === undefined) return pageOf(target, items, { revision, hasMore: false, count: token?.left })
    from = range.next
  }
}

function chosenEntry(deps: ReaderDeps, target: Target, entry: Entry): CachedObject | undefined {
  if (!fitsTarget(target, entry.key)) return undefined
  const object = cachedObject(entry)
  return object && isChosen(deps, target, object) ? object : undefined
}

const startOf = (target: Target, token: ContinueToken | undefined): string | undefined =>
  token && scopePrefix(target) + token.start

interface PageEnd {
  readonly revision: Revision
  readonly hasMore: boolean
  /** How many objects there were from the start of this page on, when that is known. */
  readonly count: number | undefined
}

function pageOf(target: Target, items: readonly CachedObject[], { revision, hasMore, count }: PageEnd): ListPage {
  const last = items.at(-1)
  if (!hasMore || !last) return { items, revision }
  const remaining = target.selection || count === undefined ? undefined : count - items.length
  const start = `${last.key.slice(scopePrefix(target).length)}\0`
  return {
    items,
    revision,
    continue: encodeContinue({ revision, start, ...(remaining !== undefined && { left: remaining }) }),
    ...(remaining !== undefined && { remaining }),
  }
}

/** How many objects a target has without its selection, when that is counted. */
function countOf({ objects }: ResourceCache, { cluster, namespace, name, ...scope }: Target): number | undefined {
  if (name !== undefined || (cluster === undefined && namespace !== undefined)) return undefined
  if (cluster === undefined) return objects.size
  return objects.countUnder(scopePrefix({ ...scope, cluster, ...(namespace !== undefined && { namespace }) }))
}
