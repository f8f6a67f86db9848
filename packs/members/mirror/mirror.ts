/**
 * The mirror of one member: every collection that it serves, followed and written down.
 *
 *     who is it? ──► what does it serve? ──► a collection each ──► written down, and its place kept
 *                         ▲    every few minutes, and when definitions change
 *                         └────────────────────┘
 *
 * It lists, watches and reads discovery, and does nothing else: no verb of it writes.
 */
import type { GroupResource } from '@muster/api/status.ts'
import { type Clock, type Duration, formatInstant, type Instant, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { Client } from '@muster/client/client.ts'
import { discoverResources } from '@muster/client/discovery.ts'
import { NAMESPACES } from '@muster/client/kubernetes.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { createPacer } from '@muster/kernel/pacer.ts'
import type { Owner } from '../decide/writer.ts'
import { type Collection, type CollectionState, createCollection, type Gap, nameOfResource } from './collection.ts'
import type { Places, Recorder } from './recorder.ts'

/** What is mirrored, and how gently. */
export interface MirrorWishes {
  /** Resources that are left out: `events`, `leases.coordination.k8s.io`. */
  readonly exclude: readonly string[]
  readonly secrets: 'None' | 'Metadata' | 'Values'
  readonly requestsPerSecond: number
}

/** The ways into a member. */
export interface MemberClients {
  readonly client: Client
  /** The same, which is answered with the metadata of objects and nothing else. */
  readonly metadata: Client
}

/** What a mirror is made of. */
export interface MirrorDeps extends MirrorWishes, MemberClients {
  readonly cluster: string
  /** The uid that the member is known by; absent for one that is met for the first time. */
  readonly uid: string | undefined
  readonly recorder: Recorder
  /** The version in which a resource is written down; undefined for one that nobody could read. */
  readonly versionOf: (resource: GroupResource) => string | undefined
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** What is known of a member and of its mirror. */
export interface MirrorState {
  /** Of its API server; undefined before it answered. */
  readonly version: string | undefined
  readonly uid: string | undefined
  readonly latency: Duration | undefined
  readonly heardAt: Instant | undefined
  /** Why it does not answer now. */
  readonly trouble: string | undefined
  readonly collections: readonly (CollectionState & { readonly resource: ResourceRef })[]
  /** What it serves and is not mirrored, and why. */
  readonly left: readonly { readonly resource: string; readonly why: string }[]
  /** The newest of each resource. */
  readonly gaps: readonly Gap[]
}

/** A mirror. */
export interface Mirror {
  state(): MirrorState
  /** Goes on until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** How often a member is asked what it serves, and whether it is well. */
const LOOK_EVERY: Duration = seconds(10)
const DISCOVER_EVERY: Duration = minutes(5)
/** How much of its watches a restart asks for once more. Each time is a write. */
const PLACES_EVERY: Duration = seconds(30)
/** How soon the first place of a collection is kept: without one it is listed again. */
const FIRST_PLACES_AFTER: Duration = seconds(1)

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'

/** The same objects under another name, and what is measured anew at each look. */
const TWICE: ReadonlySet<string> = new Set(['events.events.k8s.io', 'componentstatuses'])

/** A mirror that does nothing until it is run. */
export function createMirror(deps: MirrorDeps): Mirror {
  const { cluster, client, recorder, clock, log } = deps
  const collections = new Map<string, Collection>()
  const kinds = new Map<string, ResourceRef>()
  const gaps = new Map<string, Gap>()
  let left: { readonly resource: string; readonly why: string }[] = []
  let { uid } = deps
  let version: string | undefined
  let latency: Duration | undefined
  let heardAt: Instant | undefined
  let trouble: string | undefined
  let places: Places = {}
  let keptAt = Number.NEGATIVE_INFINITY
  let discoveredAt = Number.NEGATIVE_INFINITY
  const running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()
  const pace = createPacer(clock, deps.requestsPerSecond)

  const refOfOwner = ({ apiVersion, kind }: Owner) =>
    kinds.get(`${apiVersion.split('/')[0]} ${kind}`) ?? kinds.get(`${apiVersion} ${kind}`)
  const resourceOf = (owner: Owner) => {
    const found = refOfOwner(owner)
    return found && { group: found.group, resource: found.plural, isNamespaced: found.namespaced }
  }

  const depthOf = (owner: Owner): number => {
    const found = refOfOwner(owner)
    return (found && collections.get(nameOfResource(found))?.state().depth) ?? 0
  }

  /** Asks how it is. Throws when it is another cluster than the one that is written down. */
  const look = async (signal: AbortSignal) => {
    await pace(signal)
    const began = clock.elapsed()
    const { gitVersion } = (await client.call({ method: 'GET', path: '/version' })) as { gitVersion?: string }
    latency = (clock.elapsed() - began) as Duration
    version = gitVersion
    heardAt = clock.now()
    const found = await client.resource(NAMESPACES).find({ namespace: '', name: 'kube-system' })
    const there = found?.metadata.uid
    if (uid !== undefined && there !== undefined && uid !== there) {
      throw new ControlError(
        'Conflict',
        `another cluster answers: its namespace kube-system has uid ${there}, and that of ${cluster} had ${uid}`,
      )
    }
    uid ??= there
  }

  const discover = async (signal: AbortSignal) => {
    await pace(signal)
    const { resources, failure } = await discoverResources(client, ['list', 'watch'])
    discoveredAt = clock.elapsed()
    const wanted = new Map<string, ResourceRef>()
    const others: { resource: string; why: string }[] = failure ? [{ resource: '*', why: failure }] : []
    for (const found of resources) {
      const name = nameOfResource(found)
      if (TWICE.has(name)) continue
      const why = whyLeft(deps, name)
      const stored = deps.versionOf({ group: found.group, resource: found.plural })
      if (why !== undefined) others.push({ resource: name, why })
      else wanted.set(name, stored === undefined || stored === found.version ? found : await inVersion(found, stored))
    }
    left = others
    kinds.clear()
    for (const ref of wanted.values()) kinds.set(`${ref.group === '' ? ref.version : ref.group} ${ref.kind}`, ref)
    // What a broken group serves is not known to be gone.
    for (const name of failure ? [] : collections.keys()) if (!wanted.has(name)) await drop(name)
    for (const [name, ref] of wanted) if (!collections.has(name)) follow(name, ref, signal)
  }
  /** In the version that is written down, where the member serves it. */
  const inVersion = async (ref: ResourceRef, stored: string): Promise<ResourceRef> => {
    const path = `/apis/${ref.group}/${stored}`
    const list = await client.call({ method: 'GET', path }).catch(() => undefined)
    const { resources = [] } = (list ?? {}) as { resources?: readonly { readonly name: string }[] }
    return resources.some(({ name }) => name === ref.plural) ? { ...ref, version: stored } : ref
  }

  const follow = (name: string, ref: ResourceRef, outer: AbortSignal) => {
    const stop = new AbortController()
    const isMetadata = name === 'secrets' && deps.secrets === 'Metadata'
    const collection = createCollection(ref, {
      ...deps,
      client: isMetadata ? deps.metadata : client,
      isMetadata,
      pace,
      resourceOf,
      depthOf,
      from: places[name],
      onGap(gap) {
        gaps.set(gap.resource, gap)
      },
    })
    collections.set(name, collection)
    running.set(name, { stop, ended: collection.run(AbortSignal.any([outer, stop.signal])) })
  }
  const drop = async (name: string) => {
    const { stop, ended } = running.get(name) ?? {}
    stop?.abort()
    await ended
    running.delete(name)
    collections.delete(name)
  }

  const keepPlaces = async () => {
    const now = [...collections].flatMap(([name, collection]) => {
      const { place } = collection.state()
      return place ? [[name, place] as const] : []
    })
    const isFirst = now.some(([name]) => places[name] === undefined)
    const isMoved = now.some(([name, { version: at }]) => places[name]?.version !== at)
    const isTime = clock.elapsed() - keptAt >= PLACES_EVERY
    if (!isFirst && !(isMoved && isTime)) return
    const next = { ...places, ...Object.fromEntries(now) }
    await recorder.keepPlaces(cluster, next)
    places = next
    keptAt = clock.elapsed()
  }
  const keepingPlaces = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await clock.sleep(FIRST_PLACES_AFTER, signal).catch(() => {})
      await keepPlaces().catch((error) => log.warn('the place of a mirror could not be kept', { cluster, error }))
    }
  }

  return {
    state: () => ({
      version,
      uid,
      latency,
      heardAt,
      trouble,
      left,
      gaps: [...gaps.values()],
      collections: [...collections.values()].map((one) => ({ resource: one.resource, ...one.state() })),
    }),
    async run(signal) {
      places = await recorder.placesOf(cluster)
      const keeping = keepingPlaces(signal)
      let definitions = ''
      while (!signal.aborted) {
        try {
          await look(signal)
          const seen = collections.get(DEFINITIONS)?.state()
          const newest = `${seen?.objects} ${seen?.isListed}`
          if (clock.elapsed() - discoveredAt >= DISCOVER_EVERY || newest !== definitions) await discover(signal)
          definitions = newest
          trouble = undefined
        } catch (error) {
          if (signal.aborted) break
          trouble = error instanceof Error ? error.message : String(error)
          if (!isControlError(error)) log.error('a mirror met a fault of ours', { cluster, error })
          // Nothing of another cluster may be written down as this one's.
          if (isControlError(error) && error.code === 'Conflict')
            for (const name of [...collections.keys()]) await drop(name)
        }
        await clock
          .sleep(trouble === undefined && collections.size > 0 ? LOOK_EVERY : RETRY_EVERY, signal)
          .catch(() => {})
      }
      await Promise.all([...running.values()].map(({ ended }) => ended))
      await keeping
    },
  }
}

const RETRY_EVERY: Duration = seconds(5)

/** Why a resource is not mirrored; undefined when it is. */
function whyLeft({ exclude, secrets, versionOf }: MirrorDeps, name: string): string | undefined {
  if (exclude.includes(name)) return 'it is excluded in spec.mirror.exclude'
  if (name === 'secrets' && secrets === 'None') return 'spec.mirror.secrets is None'
  const [plural = '', ...group] = name.split('.')
  const isKnown = versionOf({ group: group.join('.'), resource: plural }) !== undefined
  // Groups of custom resources have a dot, and what they serve is defined by an object of their cluster.
  return group.length < 2 && !isKnown ? 'this Muster does not know the kind' : undefined
}

/** When a state was last heard of, of all that there is. */
export const lastHeard = ({ heardAt, collections }: MirrorState): string | undefined => {
  const times = [heardAt, ...collections.map((one) => one.heardAt)].filter((time) => time !== undefined)
  return times.length === 0 ? undefined : formatInstant(Math.max(...times) as Instant)
}
