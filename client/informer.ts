/**
 * A local picture of a collection that follows the server for as long as it runs.
 *
 *     list ──► watch ──► events ... ──► the stream ends ──► watch from the last revision ──► ...
 *       ▲                                                          │ 410: that revision is no longer kept
 *       └──────────────────────────────────────────────────────────┘ a new list is compared with the picture
 *
 * A stream that has been silent for too long is given up and resumed: half-open connections say nothing, and nothing
 * tells them apart from a quiet collection. Resuming costs one request and loses nothing.
 *
 * Guarantees: handlers are told of every object that is there, and in the end of its newest state; of a deletion always,
 * though perhaps not of each version between. Never of an older version after a newer one.
 */
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, type Duration, minutes, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { between, type Random } from '@muster/base/random.ts'
import type { ListQuery, ResourceClient } from './client.ts'
import { Picture, type View } from './picture.ts'

/** One change of the picture. The objects are shared by all who look: nobody may change them. */
export type Change<T extends KubeObject> =
  | { readonly change: 'added'; readonly object: T }
  | { readonly change: 'updated'; readonly object: T; readonly previous: T }
  /**
   * `previous` is the last version that was seen; there may have been newer ones. `revision` is that of the deletion,
   * and absent when nothing but its absence was seen.
   */
  | { readonly change: 'deleted'; readonly previous: T; readonly revision?: string }

/** What part of a collection to follow, and what of its objects to keep. */
export interface Selection extends Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'> {
  /**
   * `names`: who only wants to know which objects there are is told of whole ones, and the picture keeps of them what
   * names them: type, name, namespace, logical cluster, version and owners. Default: all of it.
   */
  readonly keep?: 'names'
}

/** A picture of a collection. */
export interface Informer<T extends KubeObject> {
  /** The part of a logical cluster, of '' on a foreign hub: what is in it now, and stays so. */
  inCluster(cluster: string): View<T>
  /** All of it. */
  list(): Iterable<T>
  /** Resolves once the picture was complete for the first time. */
  synced(): Promise<void>
  readonly hasSynced: boolean
  /** The newest revision that the picture is known to include; empty before the first list. */
  readonly resourceVersion: string
  /**
   * Resolves once the picture holds everything up to a revision; without one, everything that was written before the
   * call. What it does not hold by then is read in a new list: no server tells a quiet stream how far it has come.
   */
  catchUp(revision?: string): Promise<void>
  /** Resolves once something holds; asked now, and after every change of the picture or of its version. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void>
  /**
   * Told of every change from now on, until the signal aborts, after it is in the picture. What is there already is told
   * first, as added.
   */
  onChange(handler: (change: Change<T>) => void, signal?: AbortSignal): void
  /** Follows until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** What an informer stands on. */
export interface InformerDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** A silent stream is resumed after this long. Servers send a bookmark about each minute; a connection that is gone is
 * found sooner, by its pings. */
const SILENCE_MAX: Duration = seconds(90)
/** How long one watch may last: between one and two of these, so that a fleet's watches do not all end together. */
const WATCH_TIME: Duration = minutes(5)
const PAGE_SIZE = 500
const FIRST_WAIT = seconds(0.5)
const WAIT_MAX = seconds(30)

/** An informer that does nothing until it is run. */
export function createInformer<T extends KubeObject>(
  resource: ResourceClient<T>,
  selection: Selection,
  { clock, random, log }: InformerDeps,
): Informer<T> {
  const { keep, ...part } = selection
  const kept = keep === 'names' ? nameOnly<T> : (object: T) => object
  const picture = new Picture<T>()
  /** Those who wait until something holds. */
  const waiting = new Set<() => void>()
  const handlers = new Set<(change: Change<T>) => void>()
  /** Told when a list that begins after they asked is in the picture. */
  let behind: (() => void)[] = []
  /** Ends the stream, or the rest between two. */
  let interrupt = () => {}
  let revision = ''
  let hasSynced = false
  let markSynced = () => {}
  const synced = new Promise<void>((resolve) => {
    markSynced = resolve
  })

  const moveTo = (reached: string) => {
    revision = reached
    for (const ask of waiting) ask()
  }
  const tell = (change: Change<T>) => {
    for (const handler of handlers) handler(change)
  }
  const put = (object: T) => {
    const previous = picture.find(object)
    if (previous && !isNewer(object, previous)) return
    picture.put(kept(object))
    tell(previous ? { change: 'updated', object, previous } : { change: 'added', object })
  }
  const drop = (previous: T, deleted?: string) => {
    picture.drop(previous)
    tell({ change: 'deleted', previous, ...(deleted === undefined ? {} : { revision: deleted }) })
  }
  /** A server that lags tells of the deletion of an object whose successor is in the picture already. */
  const dropUnlessNewer = (object: T) => {
    const present = picture.find(object)
    if (present && isNewer(object, present)) drop(present, object.metadata.resourceVersion)
  }

  /** Reads all pages, then makes the picture equal to them. */
  const relist = async () => {
    const served = behind
    behind = []
    try {
      await readAll()
    } catch (error) {
      behind.push(...served)
      throw error
    }
    for (const resolve of served) resolve()
  }
  const readAll = async () => {
    const found = new Picture<T>()
    let token = ''
    let at = ''
    do {
      const page = await resource.list({ ...part, limit: PAGE_SIZE, continue: token })
      for (const object of page.items) found.put(object)
      token = page.continue
      at = page.resourceVersion
    } while (token !== '')
    for (const object of [...picture.list()]) if (!found.find(object)) drop(object)
    for (const object of found.list()) put(object)
    moveTo(at)
    hasSynced = true
    markSynced()
  }

  /** Follows one stream until it ends, fails, or has been silent for too long. */
  const follow = async (outer: AbortSignal) => {
    const stream = new AbortController()
    interrupt = () => stream.abort()
    const signal = AbortSignal.any([outer, stream.signal])
    let heard = clock.elapsed()
    const guard = watchSilence(clock, () => clock.elapsed() - heard, stream)
    const timeoutSeconds = Math.round((WATCH_TIME / 1000) * (1 + random.next()))
    try {
      for await (const event of resource.watch({ ...part, resourceVersion: revision, timeoutSeconds, signal })) {
        heard = clock.elapsed()
        if (event.type === 'BOOKMARK') {
          moveTo(event.resourceVersion)
          continue
        }
        if (event.type === 'DELETED') dropUnlessNewer(event.object)
        else put(event.object)
        moveTo(event.object.metadata.resourceVersion ?? revision)
      }
    } finally {
      stream.abort()
      await guard
    }
  }

  /** Cut short, though not at once, when somebody begins to wait for a list. */
  const rest = async (length: Duration, outer: AbortSignal) => {
    const hurry = new AbortController()
    interrupt = () => hurry.abort()
    const least = Math.min(length, FIRST_WAIT) as Duration
    await clock.sleep(least, outer).catch(() => {})
    const signal = AbortSignal.any([outer, hurry.signal])
    await clock.sleep((length - least) as Duration, signal).catch(() => {})
  }

  const run = async (signal: AbortSignal) => {
    let tries = backoff(FIRST_WAIT, WAIT_MAX)
    while (!signal.aborted) {
      try {
        if (revision === '' || behind.length > 0) await relist()
        const before = revision
        try {
          // Whoever waits for a list since then waits for no stream.
          if (behind.length === 0) await follow(signal)
        } finally {
          // What was heard before it broke shows that the other side is well.
          if (revision !== before) tries = backoff(FIRST_WAIT, WAIT_MAX)
        }
      } catch (error) {
        if (signal.aborted) return
        if (hasCode(error, 'Gone')) revision = ''
        else log.warn('informer: the stream broke; it will be resumed', { selection, error })
      }
      if (behind.length > 0 && tries.ceiling === FIRST_WAIT) {
        tries = nextWait(tries, random).next
        continue
      }
      const { wait, next } = nextWait(tries, random)
      tries = next
      await rest((wait + between(random, 1, 50)) as Duration, signal)
    }
  }

  return {
    inCluster: (cluster) => picture.inCluster(cluster),
    list: () => picture.list(),
    synced: () => synced,
    get hasSynced() {
      return hasSynced
    },
    get resourceVersion() {
      return revision
    },
    catchUp(upTo) {
      if (hasSynced && isAtLeast(revision, upTo)) return Promise.resolve()
      return new Promise((resolve) => {
        behind.push(resolve)
        interrupt()
      })
    },
    until(holds, signal) {
      if (holds() || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const leave = () => {
          waiting.delete(ask)
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const ask = () => {
          if (holds()) leave()
        }
        waiting.add(ask)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    onChange(handler, signal) {
      if (signal?.aborted) return
      handlers.add(handler)
      signal?.addEventListener('abort', () => handlers.delete(handler), { once: true })
      for (const object of picture.list()) handler({ change: 'added', object })
    },
    run,
  }
}

/** An object as its key and its cause are told from it. It is of its type in name alone: nobody reads the rest. */
function nameOnly<T extends KubeObject>({ apiVersion, kind, metadata }: T): T {
  const { name, namespace, resourceVersion, ownerReferences, annotations } = metadata
  const cluster = annotations?.[CLUSTER_ANNOTATION]
  const named: KubeObject = {
    apiVersion,
    kind,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(ownerReferences ? { ownerReferences } : {}),
      ...(cluster === undefined ? {} : { annotations: { [CLUSTER_ANNOTATION]: cluster } }),
    },
  }
  return named as T // Who asks for names is told so, in Selection.
}

/** Aborts a stream once nothing was heard for {@link SILENCE_MAX}. Ends when the stream does. */
async function watchSilence(clock: Clock, silence: () => number, stream: AbortController): Promise<void> {
  while (!stream.signal.aborted) {
    const left = SILENCE_MAX - silence()
    if (left <= 0) {
      stream.abort()
      return
    }
    await clock.sleep(left as Duration, stream.signal).catch(() => {})
  }
}

/** True where a revision is known to be no older than another; never true of a server whose revisions are no numbers. */
export const isAtLeast = (revision: string, upTo: string | undefined): boolean =>
  upTo !== undefined && /^\d+$/.test(revision) && /^\d+$/.test(upTo) && Number(revision) >= Number(upTo)

/** True for a newer version of the same object: revisions of one server are numbers that grow; where they are not, whatever is told last is newer. */
export function isNewer(object: KubeObject, than: KubeObject): boolean {
  const [next, last] = [object.metadata.resourceVersion ?? '', than.metadata.resourceVersion ?? '']
  if (next === last) return false
  const [one, other] = [Number(next), Number(last)]
  return !Number.isSafeInteger(one) || !Number.isSafeInteger(other) || one > other
}
