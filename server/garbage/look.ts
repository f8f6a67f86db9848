/** Looks at one object, its owners and its dependents: all that {@link decide} rests on. */
import type { Kind } from '@muster/api/kind.ts'
import { type KubeObject, type OwnerReference, parseApiVersion } from '@muster/api/object.ts'
import type { Revision } from '@muster/store/store.ts'
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../storage/deletion.ts'
import { formatKey, type ObjectKey, parseKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject } from '../storage/stored-object.ts'
import { blocks, isWaiting, type OwnerState, type Seen, type SeenDependent } from './decide.ts'

/** What looking takes. */
export interface LookDeps {
  readonly objects: Pick<Storage, 'find' | 'dependentsOf' | 'versions'>
  /** The kind that an owner is of; undefined when no such kind is served. */
  readonly findKind: (cluster: string, group: string, kind: string) => Kind | undefined
  /** Since when an object is no more, as far as that was heard. */
  readonly goneSince: (cluster: string, uid: string) => Revision | undefined
}

/** A version of an object. */
export interface Where {
  readonly key: string
  readonly revision: Revision
}

/** What was seen, and what of it must still hold when something is done about it. */
export interface Sight extends Seen {
  readonly key: ObjectKey
  readonly object: KubeObject
  readonly uid: string
  readonly revision: Revision
  /** Owners that wait, by where they are: one may have been told to leave orphans meanwhile. */
  readonly waitingAt: readonly Where[]
  /** The newest change of an owner that this look is on account of. */
  readonly after: Where | undefined
}

/**
 * How new it has to be. `known`: as of what this server has heard of; what comes later makes another look.
 * `newest`: everything that any server acknowledged.
 */
export type HowNew = 'known' | 'newest'

/** Looks. Undefined when there is no such object. Throws what the store throws. */
export async function look(deps: LookDeps, key: ObjectKey, howNew: HowNew): Promise<Sight | undefined> {
  const found = await deps.objects.find(key, howNew === 'known' ? '0' : '')
  if (!found) return undefined
  const object = parseObject(found)
  const { metadata } = object
  const { uid = '', ownerReferences = [] } = metadata
  const owners = await Promise.all(ownerReferences.map((reference) => lookAtOwner(deps, key, reference)))
  const waitingAt = owners.flatMap(({ waitingAt: at }) => (at ? [at] : []))
  const needsDependents = waitingAt.length > 0 || waitsForDependents(metadata)
  const dependents = needsDependents ? await lookAtDependents(deps, key.cluster, uid) : []
  const changes = owners.flatMap(({ changed }) => changed ?? [])
  return {
    key,
    object,
    uid,
    revision: found.revision,
    metadata,
    owners: owners.map(({ is, reference }) => ({ is, reference })),
    dependents,
    ring: isWaiting(metadata) ? await ringOf(deps, key.cluster, metadata, dependents) : [],
    waitingAt,
    after: changes.reduce<Where | undefined>(
      (newest, where) => (newest && newest.revision > where.revision ? newest : where),
      undefined,
    ),
  }
}

const waitsForDependents = ({ deletionTimestamp, finalizers = [] }: KubeObject['metadata']): boolean =>
  deletionTimestamp !== undefined &&
  (finalizers.includes(ORPHAN_FINALIZER) || finalizers.includes(FOREGROUND_FINALIZER))

interface LookedAtOwner {
  readonly reference: OwnerReference
  readonly is: OwnerState
  readonly waitingAt?: Sight['waitingAt'][number]
  readonly changed?: Where
}

async function lookAtOwner(deps: LookDeps, of: ObjectKey, reference: OwnerReference): Promise<LookedAtOwner> {
  const { cluster } = of
  const group = parseApiVersion(reference.apiVersion)?.group
  const kind = group === undefined ? undefined : deps.findKind(cluster, group, reference.kind)
  if (kind?.scope === 'Namespaced' && of.namespace === '') return { reference, is: 'unreachable' }
  const since = deps.goneSince(cluster, reference.uid)
  if (!kind)
    return since !== undefined && of.namespace !== '' ? { reference, is: 'absent' } : { reference, is: 'unknown' }
  const key: ObjectKey = {
    group: kind.storage?.group ?? kind.group,
    resource: kind.storage?.plural ?? kind.plural,
    cluster,
    namespace: kind.scope === 'Namespaced' ? of.namespace : '',
    name: reference.name,
  }
  if (since !== undefined) return { reference, is: 'absent', changed: { key: formatKey(key), revision: since } }
  // As new as the look at the object itself: it was waited for there.
  const found = await deps.objects.find(key, '0')
  const metadata = found && parseObject(found).metadata
  // Another may have come under the name.
  if (!found || metadata?.uid !== reference.uid) return { reference, is: 'absent', ...(await lastOf(deps, key)) }
  if (!isWaiting(metadata)) return { reference, is: 'present' }
  const where = { key: formatKey(key), revision: found.revision }
  return { reference, is: 'waiting', waitingAt: where, changed: where }
}

/** The newest that is known of a name, its deletion perhaps: an owner that went before this server began to listen. */
async function lastOf({ objects }: LookDeps, key: ObjectKey): Promise<{ readonly changed?: Where }> {
  const [last] = await objects.versions(key, { last: 1 })
  return last ? { changed: { key: formatKey(key), revision: last.revision } } : {}
}

/** One that belongs to an object, with what a ring is found by. */
interface FoundDependent extends SeenDependent {
  readonly uid: string
  /** It is marked, and waits for dependents of its own. */
  readonly waits: boolean
}

async function lookAtDependents({ objects }: LookDeps, cluster: string, uid: string): Promise<FoundDependent[]> {
  const seen: FoundDependent[] = []
  for (const text of await objects.dependentsOf(cluster, uid)) {
    const key = parseKey(text)
    const found = key && (await objects.find(key, '0'))
    if (!found) continue
    const { metadata } = parseObject(found)
    const references = (metadata.ownerReferences ?? []).filter((reference) => reference.uid === uid)
    if (references.length === 0) continue
    const isBlocking = references.some(blocks)
    seen.push({ key: text, blocks: isBlocking, uid: metadata.uid ?? '', waits: isWaiting(metadata) })
  }
  return seen
}

/** Objects looked through for a ring. A larger one is nobody's mistake any more; it waits until somebody breaks it. */
const RING_MAX = 1000

/** The owners that wait for an object which, through those that block it, waits for them. */
async function ringOf(
  deps: LookDeps,
  cluster: string,
  { ownerReferences = [] }: KubeObject['metadata'],
  dependents: readonly FoundDependent[],
): Promise<string[]> {
  const owners = ownerReferences.filter(blocks).map(({ uid }) => uid)
  if (owners.length === 0) return []
  const waitedFor = new Set<string>()
  const open = [...dependents]
  for (let one = open.pop(); one && waitedFor.size < RING_MAX; one = open.pop()) {
    if (!one.blocks || !one.waits || waitedFor.has(one.uid)) continue
    waitedFor.add(one.uid)
    open.push(...(await lookAtDependents(deps, cluster, one.uid)))
  }
  return owners.filter((uid) => waitedFor.has(uid))
}
