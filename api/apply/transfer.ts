/**
 * A change of an object, and what it means for those who own fields of it: who changes a field takes it from the
 * others, and what is gone is owned by nobody.
 *
 * Source: structured-merge-diff v6 merge/update.go (Updater.update).
 */
import { assert } from '@muster/base/errors.ts'
import type { KubeObject } from '../object.ts'
import { compare, filterComparison } from './compare.ts'
import type { FieldFilter } from './field-filter.ts'
import { difference, type FieldSet, intersection, isEmptySet, NO_FIELDS, union } from './field-set.ts'
import type { Owner, Owners } from './owners.ts'
import { underSchema } from './schema-fields.ts'
import { atomOfVersion, type FieldVersions, inVersion } from './versions.ts'
import { asJson } from './whole-object.ts'

/** One change, as it is before anybody's fields are looked at. */
export interface Change {
  readonly live: KubeObject
  readonly next: KubeObject
  /** The version that both have, and in which the change was asked for. */
  readonly apiVersion: string
  readonly versions: FieldVersions
  /** By version: what this kind of write leaves alone. */
  readonly resetFields?: ((apiVersion: string) => FieldFilter | undefined) | undefined
}

/** What a change means for the owners. */
export interface Transfer {
  /** Who owns what afterwards; who owns nothing is gone. */
  readonly owners: Owners
  /** What others owned and the change took from them. */
  readonly taken: ReadonlyMap<string, FieldSet>
  /** What was added or has another value, in the version of the change. */
  readonly changed: FieldSet
}

/** Works out what a change takes from whom. `self` is the id of the owner that makes it and loses nothing by it. */
export function transfer(change: Change, owners: Owners, self?: string): Transfer {
  const changesIn = rememberedByVersion((apiVersion) => changesInVersion(change, apiVersion))
  const kept = new Map<string, Owner>()
  const taken = new Map<string, FieldSet>()
  for (const [id, owner] of owners) {
    const changes = changesIn(owner.apiVersion)
    // Nobody can say what the names of fields mean in a version that is no more.
    if (id !== self && !changes) continue
    const { changed, removed } = id === self || !changes ? NO_CHANGES : changes
    const lost = intersection(owner.fields, changed)
    if (!isEmptySet(lost)) taken.set(id, lost)
    const fields = difference(difference(owner.fields, lost), removed)
    if (!isEmptySet(fields)) kept.set(id, fields === owner.fields ? owner : { ...owner, fields })
  }
  const own = changesIn(change.apiVersion)
  assert(own, 'a change is in a version of its kind')
  return { owners: kept, taken, changed: own.changed }
}

/** What changed, in one version. */
interface Changes {
  readonly changed: FieldSet
  readonly removed: FieldSet
}

const NO_CHANGES: Changes = { changed: NO_FIELDS, removed: NO_FIELDS }

function changesInVersion({ live, next, versions, resetFields }: Change, apiVersion: string): Changes | undefined {
  const atom = atomOfVersion(versions, apiVersion)
  if (!atom) return undefined
  const before = inVersion(versions, live, apiVersion, 'failed to convert old object: ')
  const after = inVersion(versions, next, apiVersion, 'failed to convert new object: ')
  const comparison = compare(atom, asJson(before), asJson(after))
  const { added, modified, removed } = filterComparison(comparison, resetFields?.(apiVersion))
  return { changed: union(modified, added), removed }
}

/** Nearly always there is one version, and few owners of others. */
function rememberedByVersion<T>(make: (apiVersion: string) => T): (apiVersion: string) => T {
  const made = new Map<string, T>()
  return (apiVersion) => {
    const known = made.get(apiVersion)
    if (known !== undefined) return known
    const value = make(apiVersion)
    made.set(apiVersion, value)
    return value
  }
}

/**
 * The owners of a live object under today's schemas; without those whose version is no more.
 * @throws ControlError `Internal` when the object does not fit the schema of an owner's version.
 */
export function reconcileOwners(live: KubeObject, owners: Owners, versions: FieldVersions): Owners {
  const reconciled = new Map<string, Owner>()
  for (const [id, owner] of owners) {
    const atom = atomOfVersion(versions, owner.apiVersion)
    if (!atom) continue
    inVersion(versions, live, owner.apiVersion)
    const fields = underSchema(atom, owner.fields)
    reconciled.set(id, fields === owner.fields ? owner : { ...owner, fields })
  }
  return reconciled
}
