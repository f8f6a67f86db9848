/** GET: one object, a list, or a watch. Source: apiserver pkg/endpoints/handlers/get.go. */
import { methodNotAllowed } from '@muster/api/status.ts'
import { type Duration, hours, minutes, seconds } from '@muster/base/clock.ts'
import type { Random } from '@muster/base/random.ts'
import { type ListOptions, listOptions } from '../http/options.ts'
import type { ListPage } from '../storage/read.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import type { WatchEncoding } from '../storage/watch-encoding.ts'
import type { WatchStream } from '../storage/watch-stream.ts'
import { objectKey, type ResourceCall, saidResource, scopeOf } from './call.ts'
import { selectionOf } from './select.ts'

/** One object, as of the resourceVersion that is asked for. */
export const get = (call: ResourceCall, objects: Storage): Promise<StoredObject> =>
  objects.get(objectKey(call), call.request.query.get('resourceVersion') ?? '')

/** A page of a list. */
export function list(call: ResourceCall, objects: Storage): Promise<ListPage> {
  const options = listOptions(call.request.query, false)
  return objects.list(scopeOf(call), { ...versionOf(options), ...selected(call, options) })
}

/**
 * How long a watch lasts whose client does not say: one to two of these, so that not all end together.
 * Source: apiserver options MinRequestTimeout.
 */
const WATCH_TIME: Duration = minutes(30)
/** A watch that lasts longer than any certificate would be wrong in other ways. */
const WATCH_TIME_MAX: Duration = hours(24)

/** A stream of events. Throws before it begins when it cannot be had like that. */
export function watch(
  call: ResourceCall,
  objects: Storage,
  encoding: WatchEncoding,
  random: Random,
): Promise<WatchStream> {
  const { kind } = call.served
  if (kind.verbs && !kind.verbs.includes('watch')) throw methodNotAllowed(saidResource(call), 'watch')
  const options = listOptions(call.request.query, true)
  const asked = seconds(options.timeoutSeconds ?? 0)
  return objects.watch(scopeOf(call), {
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
