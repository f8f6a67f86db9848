/** GET: one object, a list, or a watch. Source: apiserver pkg/endpoints/handlers/get.go. */
import { methodNotAllowed, notFound } from '@muster/api/status.ts'
import { type Duration, hours, minutes, seconds } from '@muster/base/clock.ts'
import type { Random } from '@muster/base/random.ts'
import { checkWatchBegins, exactRevisionOfGet, listOptionsAsOf } from '../history/as-of.ts'
import type { RightsDeps } from '../history/rights.ts'
import { type ListOptions, listOptions } from '../http/options.ts'
import type { Heartbeats } from '../nodes/heartbeats.ts'
import type { ListPage } from '../storage/read.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import type { WatchEncoding } from '../storage/watch-encoding.ts'
import type { WatchStream } from '../storage/watch-stream.ts'
import { objectKey, type ResourceCall, saidResource, scopeOf } from './call.ts'
import { selectionOf } from './select.ts'

/** What reading takes. */
export interface ReadDeps extends RightsDeps {
  readonly objects: Storage
  readonly heartbeats: Heartbeats
}

/** One object, as of the resourceVersion or the time that is asked for. */
export async function get(call: ResourceCall, deps: ReadDeps): Promise<StoredObject> {
  const { objects } = deps
  const key = objectKey(call)
  const exact = await exactRevisionOfGet(call, deps)
  if (exact === undefined)
    return deps.heartbeats.shown(await objects.get(key, call.request.query.get('resourceVersion') ?? ''))
  const found = await objects.findAt(key, exact)
  if (!found) throw notFound(saidResource(call), key.name)
  return found
}

/** A page of a list. */
export async function list(call: ResourceCall, deps: ReadDeps): Promise<ListPage> {
  const options = await listOptionsAsOf(call, deps)
  const scope = scopeOf(call)
  const page = await deps.objects.list(scope, { ...versionOf(options), ...selected(call, options) })
  // What was true at a revision was so without what is kept in memory.
  if (options.resourceVersionMatch === 'Exact' || !deps.heartbeats.concerns(scope)) return page
  return { ...page, items: page.items.map(deps.heartbeats.shown) }
}

/**
 * How long a watch lasts whose client does not say: one to two of these, so that not all end together.
 * Source: apiserver options MinRequestTimeout.
 */
const WATCH_TIME: Duration = minutes(30)
/** A watch that lasts longer than any certificate would be wrong in other ways. */
const WATCH_TIME_MAX: Duration = hours(24)

/** A stream of events. Throws before it begins when it cannot be had like that. */
export async function watch(
  call: ResourceCall,
  deps: ReadDeps,
  encoding: WatchEncoding,
  random: Random,
): Promise<WatchStream> {
  const { kind } = call.served
  if (kind.verbs && !kind.verbs.includes('watch')) throw methodNotAllowed(saidResource(call), 'watch')
  const options = listOptions(call.request.query, true)
  await checkWatchBegins(call, deps, options.resourceVersion)
  const asked = seconds(options.timeoutSeconds ?? 0)
  return deps.objects.watch(scopeOf(call), {
    ...selected(call, options),
    resourceVersion: options.resourceVersion,
    sendInitialEvents: options.sendInitialEvents,
    allowWatchBookmarks: options.allowWatchBookmarks,
    timeout:
      asked > 0
        ? (Math.min(asked, WATCH_TIME_MAX) as Duration)
        : (Math.round(WATCH_TIME * (1 + random.next())) as Duration),
    encoding,
  })
}

const versionOf = ({ limit, continue: token, resourceVersion, resourceVersionMatch }: ListOptions) => ({
  limit,
  continue: token,
  resourceVersion,
  resourceVersionMatch,
})

function selected(call: ResourceCall, options: ListOptions) {
  const selection = selectionOf(call, options)
  return selection ? { selection } : {}
}
