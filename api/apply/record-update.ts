/**
 * managedFields after every write that is not an apply: whoever changed a field owns it from then on, alone.
 *
 *     live, owned by kubectl:     replicas: 1   image: nginx:1
 *     next, written by autoscaler replicas: 5   image: nginx:1
 *     afterwards                  autoscaler owns replicas; kubectl owns image
 *
 * A write that changes nothing changes no owner and no time. It runs on what a client asked for, after decoding and
 * defaulting, and before admission: what the server itself fills in later has no owner.
 *
 * Source: apimachinery pkg/util/managedfields/internal (fieldmanager.go and the managers that it chains).
 */
import { isControlError } from '@muster/base/errors.ts'
import type { KubeObject, ManagedFieldsEntry } from '../object.ts'
import { capUpdaters } from './cap-updaters.ts'
import { isEmptySet, union } from './field-set.ts'
import { type Owners, ownerId, readOwners, writeOwners, writerOf } from './owners.ts'
import { type Change, reconcileOwners, transfer } from './transfer.ts'
import { ownable } from './unowned.ts'
import { nothingOf, withoutManagedFields } from './whole-object.ts'

/** One write that is not an apply. Nothing of it is changed. */
export interface Update extends Omit<Change, 'live' | 'apiVersion'> {
  /** What is stored; for a creation what a codec makes of nothing ({@link emptyObject}), or undefined for a custom resource. */
  readonly live: KubeObject | undefined
  /** What is to be stored, in the version of the request, perhaps with managedFields that the client sent along. */
  readonly next: KubeObject
  /** As {@link managerOf} makes it. */
  readonly manager: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** RFC 3339, whole seconds, UTC. */
  readonly now: string
}

/**
 * The managedFields of `next`; undefined when it has none.
 *
 * Guarantees: entries that nothing happened to are written as they were, bytes included. An object that had none is left
 * without, until somebody applies it. What a client sent along is taken over where it can be read, and the stored ones
 * otherwise; an empty list, or one empty entry, does away with them. They are also done away with when the object does
 * not fit the schema of another version in which somebody owns fields: a write does not fail for its managedFields.
 */
export function recordUpdate(update: Update): ManagedFieldsEntry[] | undefined {
  const { live = nothingOf(update.next), next } = update
  const owners = ownersBefore(live, next, update.subresource)
  const isCreation = !live.metadata.uid
  if (owners.size === 0 && !isCreation) return undefined
  const after = unlessRefused(() => ownersAfter({ ...update, live, next }, owners))
  return after && writeOwners(after)
}

/** A client may set managedFields itself; not through a subresource, and not to what cannot be read. */
function ownersBefore(live: KubeObject, next: KubeObject, subresource: string): Owners {
  const sent: unknown = next.metadata.managedFields
  if (subresource !== '') return readable(live.metadata.managedFields)
  if (isReset(sent)) return NOBODY
  const owners = readable(sent)
  // Clients that know nothing of managedFields do not delete them by leaving them out.
  return owners.size > 0 ? owners : readable(live.metadata.managedFields)
}

const NOBODY: Owners = new Map()

const readable = (entries: unknown): Owners => unlessRefused(() => readOwners(entries)) ?? NOBODY

function unlessRefused<T>(attempt: () => T): T | undefined {
  try {
    return attempt()
  } catch (error) {
    if (!isControlError(error)) throw error
    return undefined
  }
}

/** True for an empty list, and for a list of one empty entry. */
const isReset = (entries: unknown): boolean =>
  Array.isArray(entries) && (entries.length === 0 || (entries.length === 1 && isEmptyEntry(entries[0])))

const isEmptyEntry = (entry: unknown): boolean =>
  typeof entry === 'object' && (entry === null || Object.values(entry).every((value) => value === '' || value === null))

/** The owners after a write by an updater, whose version is that of `next`. */
export function ownersAfter(update: Update & { readonly live: KubeObject }, owners: Owners): Owners {
  const { apiVersion } = update.next
  const live = withoutManagedFields(update.live)
  const change = { ...update, live, next: withoutManagedFields(update.next), apiVersion }
  const { owners: kept, changed } = transfer(change, reconcileOwners(live, owners, update.versions))
  const gained = ownable(changed)
  if (isEmptySet(gained)) return capUpdaters(kept)
  const name = writerOf({ ...update, apiVersion }, 'Update')
  const id = ownerId(name)
  const before = kept.get(id)
  const fields = before ? union(gained, before.fields) : gained
  return capUpdaters(new Map([...kept, [id, { ...name, time: update.now, fields }]]))
}
