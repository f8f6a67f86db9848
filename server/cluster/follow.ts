/**
 * Objects of a resource, as something in the server itself keeps track of them: roles, definitions of custom resources.
 *
 * It watches as a client does, over all logical clusters, and begins again where it was when a watch ends.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { type Clock, type Duration, hours, milliseconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Revision } from '@muster/store/store.ts'
import { parseKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject, type StoredObject } from '../storage/stored-object.ts'
import type { WatchEncoding } from '../storage/watch-encoding.ts'

/** Who keeps track. Objects are its own. */
export interface Follower {
  /** No two of one server have the same: a watch encodes each change once for all who share a name. */
  readonly name: string
  put(cluster: string, object: KubeObject): void
  remove(cluster: string, object: KubeObject): void
}

/** Who needs no more than to hear that an object changed, or is told of it as it is kept. */
export interface StoredFollower {
  /** As a {@link Follower}'s. */
  readonly name: string
  put(object: StoredObject): void
  remove(object: StoredObject): void
}

/** What following takes. */
export interface FollowDeps {
  readonly objects: Storage
  readonly clock: Clock
  readonly log: Logger
}

const WATCH_TIME: Duration = hours(1)
const AGAIN_AFTER: Duration = milliseconds(100)

/** Resolves once everything that is there was told; goes on until the signal aborts. */
export const follow = (
  resource: GroupResource,
  { name, put, remove }: Follower,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> =>
  followStored(
    resource,
    {
      name,
      put: (object) => put(clusterOf(object), parseObject(object)),
      remove: (object) => remove(clusterOf(object), parseObject(object)),
    },
    deps,
    signal,
  )

/** The same, without parsing anything. */
export async function followStored(
  resource: GroupResource,
  follower: StoredFollower,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  const told = new Map<string, StoredObject>()
  let revision: Revision | undefined = (await relist(resource, follower, deps, told)).revision
  void (async () => {
    while (!signal.aborted) {
      try {
        revision ??= (await relist(resource, follower, deps, told)).revision
        revision = await followOnce(resource, follower, deps, revision, told, signal)
      } catch (error) {
        if (hasCode(error, 'Gone')) revision = undefined
        else if (!signal.aborted) deps.log.warn('following was interrupted; it goes on', { resource, error })
      }
      await deps.clock.sleep(AGAIN_AFTER, signal).catch(() => {})
    }
  })()
}

async function relist(
  resource: GroupResource,
  follower: StoredFollower,
  { objects }: FollowDeps,
  told: Map<string, StoredObject>,
) {
  const page = await objects.list(resource, { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' })
  const found = new Set(page.items.map(({ key }) => key))
  for (const [key, object] of told) {
    if (found.has(key)) continue
    told.delete(key)
    follower.remove(object)
  }
  for (const object of page.items) {
    told.set(object.key, object)
    follower.put(object)
  }
  return page
}

/** Follows one watch to its end, and answers the revision to go on from. */
async function followOnce(
  resource: GroupResource,
  follower: StoredFollower,
  { objects }: FollowDeps,
  after: Revision,
  told: Map<string, StoredObject>,
  signal: AbortSignal,
): Promise<Revision> {
  let revision = after
  let hasFailed = false
  const hear = (type: string, object: StoredObject) => {
    if (object.revision <= revision) return
    revision = object.revision
    if (type === 'DELETED') {
      told.delete(object.key)
      follower.remove(object)
    } else {
      told.set(object.key, object)
      follower.put(object)
    }
  }
  // An encoding of its own: what is encoded for others is not heard here.
  const encoding: WatchEncoding = {
    key: `follow ${resource.group}/${resource.resource} for ${follower.name}`,
    event: (type, object) => {
      hear(type, object)
      return HEARD
    },
    bookmark: (at) => {
      if (at > revision) revision = at
      return HEARD
    },
    error: () => {
      hasFailed = true
      return HEARD
    },
  }
  const stream = await objects.watch(resource, {
    resourceVersion: String(after),
    sendInitialEvents: false,
    allowWatchBookmarks: true,
    timeout: WATCH_TIME,
    encoding,
  })
  const stop = () => void stream.return()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const _heard of stream) if (hasFailed) break
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return revision
}

const HEARD = Uint8Array.of(0x0a)

/** The logical cluster that an object is of. */
export const clusterOf = ({ key }: StoredObject): string => parseKey(key)?.cluster ?? ''
