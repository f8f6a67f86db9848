/**
 * A local picture of a collection that follows the server for as long as it runs, as a {@link createPursuit | pursuit}
 * tells it. A new list is compared with the picture.
 *
 * Guarantees: handlers are told of every object that is there, and in the end of its newest state; of a deletion always,
 * though perhaps not of each version between. Never of an older version after a newer one.
 */
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Clock } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { ResourceClient } from './client.ts'
import { Picture, type View } from './picture.ts'
import { createPursuit, type Part } from './pursuit.ts'

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
export interface Selection extends Part {
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

/** An informer that does nothing until it is run. */
export function createInformer<T extends KubeObject>(
  resource: ResourceClient<T>,
  selection: Selection,
  deps: InformerDeps,
): Informer<T> {
  const { keep, ...part } = selection
  const kept = keep === 'names' ? nameOnly<T> : (object: T) => object
  const picture = new Picture<T>()
  /** Those who wait until something holds. */
  const waiting = new Set<() => void>()
  const handlers = new Set<(change: Change<T>) => void>()
  let hasSynced = false
  const synced = Promise.withResolvers<void>()

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

  const pursuit = createPursuit(
    resource,
    part,
    {
      beginList() {
        const found = new Picture<T>()
        return {
          page(objects) {
            for (const object of objects) found.put(object)
          },
          /** Makes the picture equal to what was found. */
          end() {
            for (const object of [...picture.list()]) if (!found.find(object)) drop(object)
            for (const object of found.list()) put(object)
            hasSynced = true
            synced.resolve()
          },
        }
      },
      put,
      /** A server that lags tells of the deletion of an object whose successor is in the picture already. */
      deleted(object) {
        const present = picture.find(object)
        if (present && isNewer(object, present)) drop(present, object.metadata.resourceVersion)
      },
      reached() {
        for (const ask of waiting) ask()
      },
    },
    deps,
  )

  return {
    inCluster: (cluster) => picture.inCluster(cluster),
    list: () => picture.list(),
    synced: () => synced.promise,
    get hasSynced() {
      return hasSynced
    },
    get resourceVersion() {
      return pursuit.revision
    },
    async catchUp(upTo) {
      if (!hasSynced || !isAtLeast(pursuit.revision, upTo)) await pursuit.listAnew()
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
    run: (signal) => pursuit.run(signal),
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
