/**
 * Writes down what the objects of other clusters are, and were: the store of a mirror.
 *
 *     seen: apps/deployments/shop/web, at their 4711 ──► put, if that is newer than what is written down
 *     seen: gone, at their 4720                      ──► delete
 *
 * Each cluster is a logical cluster here. A version that is seen twice, after a restart or in a list, is written once:
 * the version that the cluster itself gave it is kept with its cause, and decides.
 *
 * Guarantees: of one object versions are written in the order in which they are handed over, and never an older one
 * after a newer one; what resolved is durable.
 */
import type { ObjectRevision } from '@muster/api/history/cause.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { sameJson } from '@muster/api/same-json.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { ControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import { COMMIT_BYTES_MAX, RANGE_LIMIT_MAX } from '@muster/store/limits.ts'
import type { Guard, Revision, Store, Write } from '@muster/store/store.ts'
import { accountOf, type InferredAccount, inferredCause } from '../history/cause.ts'
import { clusterPrefix, formatKey, type ObjectKey, parseKey } from '../storage/key.ts'
import { encodeObject, parseBytes } from '../storage/stored-object.ts'

/** What is told of a write, but for the version, which is known. `object` names what led to it; its revision is looked up. */
export interface Told extends Pick<InferredAccount, 'actor' | 'isFirstSight' | 'isInferred' | 'reason'> {
  readonly because?: 'itself' | Omit<ObjectRevision, 'revision'>
}

/** One sight of one object. */
export interface Sighting {
  readonly key: ObjectKey
  /** The resourceVersion that its cluster gave it; of a deletion that was only found out, that of the list. */
  readonly version: string
  /** Absent when it is gone. */
  readonly object?: KubeObject
  /** Who wrote and why, as far as that can be told. */
  tell(before: KubeObject | undefined): Told
}

/** What came of a sighting. `too large`: the store holds no object of this size, and keeps the version before. */
export type Recorded = 'written' | 'known' | 'too large'

/** The store of a mirror. */
export interface Recorder {
  /** Resolves when it is durable. Throws what the store throws: StorageFull, TooManyRequests, Unavailable. */
  record(sighting: Sighting): Promise<Recorded>
  /** The objects of a collection that are written down as being there. */
  present(cluster: string, resource: GroupResource): AsyncIterable<ObjectKey>
  /** How far the collections of a cluster have been written down: what {@link keepPlaces} was told last. */
  placesOf(cluster: string): Promise<Places>
  /** Remembers it. */
  keepPlaces(cluster: string, places: Places): Promise<void>
}

/** By collection: everything up to a version of the cluster is written down, which was the newest at a time. */
export type Places = Readonly<Record<string, { readonly version: string; readonly time: string }>>

/** What recording takes. */
export interface RecorderDeps {
  readonly store: Pick<Store, 'commit' | 'history' | 'range'>
  readonly random: Random
}

/** What is written down of an object. */
interface Known {
  /** 0 when it is not there. */
  readonly revision: Revision
  readonly version: string
}

/** Versions of an owner that are looked at: more are not made in the moment by which streams differ. */
const CAUSES_MAX = 8

const NOTHING: Known = { revision: 0 as Revision, version: '' }

/** A recorder over a store that nobody else writes to. */
export function createRecorder(deps: RecorderDeps): Recorder {
  const { store } = deps
  const known = new Map<string, Known>()
  const underWay = new Map<string, Promise<unknown>>()

  const knownOf = async (key: string): Promise<Known> => {
    const found = known.get(key) ?? (await readKnown(store, key))
    known.set(key, found)
    return found
  }

  /** What led to a write: the newest version of the object that is named, of those that its cluster had made by then. */
  const revisionOf = async (
    { cluster, ...own }: ObjectKey,
    version: string,
    because: NonNullable<Told['because']>,
  ): Promise<ObjectRevision | undefined> => {
    const named = because === 'itself' ? own : because
    const text = formatKey({ ...named, cluster })
    if (because !== 'itself') await underWay.get(text)
    const last = await store.history(text, { last: CAUSES_MAX })
    const led = last.findLast(({ cause }) => !isNewer(accountOf(cause).memberVersion ?? '', version))
    return led && { ...named, revision: String(led.revision) }
  }

  const write = async (sighting: Sighting): Promise<Recorded> => {
    const { key, version, object } = sighting
    const text = formatKey(key)
    const last = await knownOf(text)
    if (!isNewer(version, last.version)) return 'known'
    const before = last.revision === 0 ? undefined : await readPresent(store, text)
    if (!object && !before) return 'known'
    const bytes = object && encodeObject(object)
    if (bytes && bytes.length > OBJECT_BYTES_MAX) return 'too large'
    if (before && object && isSame(before, object)) {
      known.set(text, { ...last, version })
      return 'known'
    }
    const { because, ...told } = sighting.tell(before)
    const led = because && (await revisionOf(key, version, because))
    const commit = (writes: Write, present: Revision, account = told) =>
      commitOne(deps, text, writes, present, { ...account, memberVersion: version, ...(led ? { object: led } : {}) })
    let present = last.revision
    if (before && object && before.metadata.uid !== object.metadata.uid) {
      // Another has taken its name, and its end was not seen.
      await commit({ write: 'delete', key: text }, present, {
        ...told,
        reason: REPLACED,
        isInferred: true,
        isFirstSight: false,
      })
      present = 0 as Revision
    }
    const revision = await commit(
      bytes ? { write: 'put', key: text, value: bytes } : { write: 'delete', key: text },
      present,
    )
    known.set(text, { revision: bytes ? revision : (0 as Revision), version })
    return 'written'
  }

  return {
    record(sighting) {
      const key = formatKey(sighting.key)
      const turn = (underWay.get(key) ?? Promise.resolve()).then(() => write(sighting))
      const settled = turn
        .catch(() => {
          // Whether it was written is not known: it is read anew.
          known.delete(key)
        })
        .then(() => {
          if (underWay.get(key) === settled) underWay.delete(key)
        })
      underWay.set(key, settled)
      return turn
    },
    async *present(cluster, resource) {
      const prefix = clusterPrefix(resource, cluster)
      for (let from: string | undefined; ; ) {
        const page = await store.range(prefix, { limit: RANGE_LIMIT_MAX, ...(from === undefined ? {} : { from }) })
        for (const { key } of page.entries) {
          const parsed = parseKey(key)
          if (parsed) yield parsed
        }
        if (page.next === undefined) return
        from = page.next
      }
    },
    async placesOf(cluster) {
      const key = placesKey(cluster)
      const { entries } = await store.range(key, { limit: 1 })
      const [entry] = entries
      return entry?.key === key ? JSON.parse(Buffer.from(entry.value).toString()) : {}
    },
    async keepPlaces(cluster, places) {
      const key = placesKey(cluster)
      const { entries } = await store.range(key, { limit: 1 })
      const present = entries[0]?.key === key ? entries[0].revision : (0 as Revision)
      const value = Buffer.from(JSON.stringify(places))
      await commitOne(deps, key, { write: 'put', key, value }, present, {
        actor: 'mirror',
        reason: 'remembers how far the mirror has come',
        memberVersion: '',
        isInferred: false,
        isFirstSight: false,
      })
    },
  }
}

const REPLACED = 'gone: another has its name'

/** Room is left for the key, the cause and the guard. */
const OBJECT_BYTES_MAX = COMMIT_BYTES_MAX - 32 * 1024

const placesKey = (cluster: string): string => `muster/mirror/${cluster}`

/** True of a version that is newer than another of the same cluster: they are numbers that grow. */
export function isNewer(version: string, than: string): boolean {
  if (than === '') return true
  const [one, other] = [Number(version), Number(than)]
  return Number.isNaN(one) || Number.isNaN(other) ? version !== than : one > other
}

async function readKnown(store: RecorderDeps['store'], key: string): Promise<Known> {
  const [last] = await store.history(key, { last: 1 })
  if (!last) return NOTHING
  const version = accountOf(last.cause).memberVersion ?? ''
  return { revision: last.version === 'put' ? last.revision : (0 as Revision), version }
}

async function readPresent(store: RecorderDeps['store'], key: string): Promise<KubeObject | undefined> {
  const { entries } = await store.range(key, { limit: 1 })
  const [entry] = entries
  return entry?.key === key ? parseBytes(entry.value) : undefined
}

/** Whether all but the version is alike. */
function isSame(before: KubeObject, object: KubeObject): boolean {
  const { resourceVersion: _version, selfLink: _link, ...metadata } = object.metadata
  return sameJson(before, { ...object, metadata })
}

/** Writes one key; repeats while the outcome is in doubt. Answers its revision. */
async function commitOne(
  { store, random }: RecorderDeps,
  key: string,
  write: Write,
  present: Revision,
  account: InferredAccount,
): Promise<Revision> {
  const guard: Guard = present === 0 ? { guard: 'absent', key } : { guard: 'revision', key, equals: present }
  const commit = { token: newId(random), guards: [guard], writes: [write], cause: inferredCause(account) }
  for (let tries = 0; ; tries++) {
    const outcome = await store.commit(commit)
    if (outcome.outcome === 'committed') return outcome.revision
    if (outcome.outcome === 'conflict') {
      throw new ControlError(
        'Conflict',
        `${key} is written by somebody beside its mirror: ${outcome.guard.guard} does not hold`,
      )
    }
    if (tries >= TRIES_MAX) throw new ControlError('Unavailable', `${key}: the store is in doubt: ${outcome.reason}`)
  }
}

/** Of a commit whose outcome stays in doubt. */
const TRIES_MAX = 5
