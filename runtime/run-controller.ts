/**
 * Runs a controller: informers feed a queue, workers take from it, and what fails is looked at again later.
 *
 * Guarantees: an object is looked at by one worker at a time; after each change of it, or of what belongs to it, it is
 * looked at again; nothing is looked at before every picture is complete, nor before the pictures show what the last look
 * of the same object wrote. Every write of a look states the change that the look was asked for by.
 */
import type { StatedCause } from '@muster/api/history/cause.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { causeOf } from '@muster/client/cause-of.ts'
import type { Client } from '@muster/client/client.ts'
import {
  type Change,
  createInformer,
  type Informer,
  type InformerDeps,
  type Selection,
} from '@muster/client/informer.ts'
import { pathOf, type ResourceRef } from '@muster/client/resource-ref.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import { type Controller, type ControllerContext, type Key, keyOf, type Pictures, WORKERS } from './controller.ts'
import { canShow, isOf, isShown, noting, type OwnWrite } from './own-writes.ts'

/** Informers that controllers of one process share: one picture of each resource, or of each part of one that somebody asks for. */
export interface Informers {
  of(ref: ResourceRef, only?: Selection): Informer<never>
  /** Resolves once the pictures show these writes, made in one logical cluster, as far as they can: see `canShow`. */
  show(writes: readonly OwnWrite[], cluster: string): Promise<void>
  /** Resolves once every picture that there is holds everything up to a revision; see {@link Informer.catchUp}. */
  catchUp(revision?: string): Promise<void>
}

/** Where controllers run. */
export interface Home extends InformerDeps {
  /** Sees every logical cluster; `inCluster` of it sees one. The only cluster there is, on a foreign hub. */
  readonly client: Client
  /** True on Muster: objects of all logical clusters are read at once, and each key names its own. */
  readonly allClusters: boolean
}

/** Pictures that start with the first who asks, and follow until the signal aborts. */
export function shareInformers(home: Home, signal: AbortSignal): Informers {
  const shared = new Map<
    string,
    { readonly ref: ResourceRef; readonly only: Selection; readonly informer: Informer<never> }
  >()
  const from = home.allClusters ? home.client.inCluster('*') : home.client
  return {
    async catchUp(revision) {
      await Promise.all([...shared.values()].map(({ informer }) => informer.catchUp(revision)))
    },
    async show(writes, cluster) {
      const waits = [...shared.values()].flatMap(({ ref, only, informer }) => {
        const these = writes.filter((write) => isOf(ref, write) && canShow(write, only))
        const holds = () => these.every((write) => isShown(write, cluster, informer))
        return holds() ? [] : [untilShown(informer, holds, home.clock, signal)]
      })
      await Promise.all(waits)
    },
    of(ref, only = {}) {
      const { namespace = '', labelSelector = '', fieldSelector = '', keep = '' } = only
      const key = [pathOf(ref, namespace), labelSelector, fieldSelector, keep].join(' ')
      const found = shared.get(key)
      if (found) return found.informer
      const informer = createInformer(from.resource(ref), only, home) as Informer<never>
      shared.set(key, { ref, only, informer })
      void informer.run(signal)
      return informer
    },
  }
}

/** How long a stream may take to tell of a write before the collection is listed instead. */
const SHOW_WITHIN: Duration = seconds(2)

/** Waits for the stream, then for a list: a stream that hangs must not hold up the work. */
async function untilShown(
  informer: Informer<never>,
  holds: () => boolean,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  const shown = new AbortController()
  const signal = AbortSignal.any([over, shown.signal])
  const late = clock.sleep(SHOW_WITHIN, signal).then(
    () => informer.catchUp(),
    () => {},
  )
  await Promise.race([informer.until(holds, signal), late])
  shown.abort()
}

/** Runs a controller until the signal aborts. Rejects only for a broken promise in our own code. */
export async function runController<Deps extends object>(
  controller: Controller<Deps>,
  deps: Deps,
  home: Home,
  informers: Informers,
  signal: AbortSignal,
): Promise<void> {
  const log = home.log.with({ controller: controller.name })
  const queue = createWorkQueue(home.random)
  /** Wakes nobody before every picture is complete. */
  let wake = () => {}
  /** Why each key that waits is to be looked at. */
  const causes = new Map<string, StatedCause>()
  /** What the last look of each key wrote; of those that wrote nothing, nothing. */
  const written = new Map<string, readonly OwnWrite[]>()
  const ask = (keys: readonly Key[], cause: StatedCause) => {
    for (const key of keys.map(writeKey)) {
      causes.set(key, cause)
      queue.add(key)
    }
    wake()
  }

  const picturesOf =
    (cluster: string): Pictures =>
    (ref, only) =>
      informers.of(ref, only).inCluster(cluster)
  const follower = 'begin' in controller ? controller.begin(home) : undefined
  const reconciler = 'begin' in controller ? follower : controller
  assert(reconciler, 'a controller reconciles, or begins something that does')
  const own = informers.of(controller.watches, controller.only)
  const keysOfOwn = (object: KubeObject) => controller.keysOf?.(object) ?? [keyOf(object)]
  own.onChange((change) => {
    follower?.changed(controller.watches, change)
    ask(
      keysOfOwn(change.change === 'deleted' ? change.previous : change.object),
      causeOfChange(controller.watches, change),
    )
  }, signal)
  const pictures = [own]
  for (const related of controller.alsoWatches ?? []) {
    const { resource } = related
    const informer = informers.of(resource, related.only)
    pictures.push(informer)
    const keysOf = (object: KubeObject) => related.keysOf(object, picturesOf(keyOf(object).cluster))
    informer.onChange((change) => {
      follower?.changed(resource, change)
      if (change.change === 'updated' && related.ignores?.(change.previous, change.object)) return
      const cause = causeOfChange(resource, change)
      if (change.change !== 'added') ask(keysOf(change.previous), cause)
      if (change.change !== 'deleted') ask(keysOf(change.object), cause)
    }, signal)
  }
  const look = async (text: string): Promise<LookOutcome> => {
    const key = readKey(text)
    const cause = causes.get(text) ?? {}
    causes.delete(text)
    /** A newer change, when there was one meanwhile, is what the next look is for. */
    const keep = (kept: StatedCause) => {
      if (!causes.has(text)) causes.set(text, kept)
    }
    const writes: OwnWrite[] = []
    const client = (home.allClusters ? home.client.inCluster(key.cluster) : home.client).because(cause)
    const context: ControllerContext = {
      ...home,
      client: noting(client, (write) => writes.push(write)),
      log,
      informer: picturesOf(key.cluster),
    }
    try {
      await informers.show(written.get(text) ?? [], key.cluster)
      written.delete(text)
      const verdict = await reconciler.reconcile(key, { ...deps, ...context })
      if (verdict.next !== 'look-again') return 'succeeded'
      keep({ ...cause, timer: true })
      return { lookAgainAfter: verdict.after }
    } catch (error) {
      keep(cause)
      if (!signal.aborted) log.warn('a look failed; there will be another', { key, error })
      return 'failed'
    } finally {
      if (writes.length > 0) written.set(text, writes)
    }
  }

  const work = workThrough({ queue, clock: home.clock, workers: controller.workers ?? WORKERS, look }, signal)
  void Promise.all(pictures.map((picture) => picture.synced())).then(() => {
    wake = work.wake
    wake()
  })
  await work.ended
}

/** The version of an object that asks for a look. Foreign servers may count otherwise; then nothing is stated. */
const causeOfChange = (ref: ResourceRef, change: Change<KubeObject>): StatedCause =>
  change.change === 'deleted' ? causeOf(ref, change.previous, change.revision) : causeOf(ref, change.object)

const writeKey = ({ cluster, namespace, name }: Key): string => `${cluster}/${namespace}/${name}`

function readKey(text: string): Key {
  const [cluster = '', namespace = '', name = ''] = text.split('/')
  return { cluster, namespace, name }
}
