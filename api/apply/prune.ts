/**
 * What an applier no longer mentions goes, unless somebody else owns it too.
 *
 * What only leads to other fields goes with the last of them, if nobody owns it by itself. Fields that this applier
 * never owned are not touched, wherever they are.
 *
 * Source: structured-merge-diff v6 merge/update.go (prune, addBackOwnedItems, addBackDanglingItems).
 */
import type { KubeObject } from '../object.ts'
import type { Atom } from './atom.ts'
import { difference, type FieldSet, hasBelow, intersection, isEmptySet, LEAF, NO_FIELDS, union } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { type Owner, type Owners, ownerId } from './owners.ts'
import { removeItems } from './remove-items.ts'
import { withNamedFields } from './schema-fields.ts'
import { compareText } from './text-order.ts'
import { ownable } from './unowned.ts'
import { atomOfVersion, type FieldVersions, inVersion } from './versions.ts'
import { asJson, asObject } from './whole-object.ts'

/** An apply whose configuration has been merged, and that has yet to lose what it no longer mentions. */
export interface Pruning {
  readonly merged: KubeObject
  /** What the applier owned before; undefined when it applies for the first time. */
  readonly before: Owner | undefined
  /** Everybody as they are now, the applier with what it applies this time. */
  readonly owners: Owners
  readonly versions: FieldVersions
}

/** The merged object without what goes, in the version that it came in. */
export function prune({ merged, before, owners, versions }: Pruning): KubeObject {
  const atom = before && atomOfVersion(versions, before.apiVersion)
  if (!atom || isEmptySet(before.fields)) return merged
  const areAllInOneVersion = [...owners.values()].every(({ apiVersion }) => apiVersion === before.apiVersion)
  if (areAllInOneVersion && isMentionedAgain(atom, merged, before, owners.get(ownerId(before)))) return merged
  const whole = inVersion(versions, merged, before.apiVersion, `${FAILED}${OF_MERGED} to last applied version: `)
  const last = ownable(withNamedFields(atom, before.fields))
  const bare = remove(atom, whole, last)
  const owned = addBackOwned(whole, bare, { owners, versions })
  const kept = inVersion(
    versions,
    owned,
    before.apiVersion,
    `${FAILED}${DANGLING}${OF_PRUNED} to last applied version: `,
  )
  const gone = intersection(difference(everyField(atom, whole), everyField(atom, kept)), last)
  return inVersion(versions, remove(atom, whole, gone), merged.apiVersion, FAILED)
}

const FAILED = 'failed to prune fields: '
const OWNED = 'failed add back owned items: '
const DANGLING = 'failed add back dangling items: '
const OF_MERGED = 'failed to convert merged object'
const OF_PRUNED = 'failed to convert pruned object'

/**
 * True when the applier mentions again whatever it owned: then nothing goes, as nearly always. What it owned as one leaf
 * and what now holds something, such as a list that was applied as null, needs the long way.
 */
function isMentionedAgain(atom: Atom, merged: KubeObject, before: Owner, now: Owner | undefined): boolean {
  if (!isEmptySet(difference(before.fields, now?.fields ?? NO_FIELDS))) return false
  return !hasFieldsBelow(before.fields, fieldsOf(atom, asJson(merged)))
}

/** True when there are fields below a leaf of the set. */
function hasFieldsBelow(set: FieldSet, there: FieldSet): boolean {
  for (const element in set) {
    const node = set[element] ?? LEAF
    const against = there[element]
    if (against === undefined || !hasBelow(against)) continue
    if (!hasBelow(node) || hasFieldsBelow(node, against)) return true
  }
  return false
}

const remove = (atom: Atom, object: KubeObject, fields: FieldSet): KubeObject =>
  asObject(removeItems(atom, asJson(object), fields))

const everyField = (atom: Atom, object: KubeObject): FieldSet => withNamedFields(atom, fieldsOf(atom, asJson(object)))

/** The bare object with everything again that somebody owns, version by version, its own first. */
function addBackOwned(
  whole: KubeObject,
  bare: KubeObject,
  { owners, versions }: Pick<Pruning, 'owners' | 'versions'>,
): KubeObject {
  const owned = ownedByVersion(owners)
  const others = [...owned.keys()].filter((version) => version !== whole.apiVersion).sort(compareText)
  let kept = bare
  for (const version of [whole.apiVersion, ...others]) {
    const atom = atomOfVersion(versions, version)
    if (!atom) continue
    const wholeThere = inVersion(versions, whole, version, `${FAILED}${OWNED}${OF_MERGED} at version ${version}: `)
    const keptThere = inVersion(versions, kept, version, `${FAILED}${OWNED}${OF_PRUNED} at version ${version}: `)
    const fields = withNamedFields(atom, owned.get(version) ?? NO_FIELDS)
    const staying = union(everyField(atom, keptThere), fields)
    kept = remove(atom, wholeThere, difference(everyField(atom, wholeThere), staying))
  }
  return kept
}

function ownedByVersion(owners: Owners): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>()
  for (const { apiVersion, fields } of owners.values()) {
    owned.set(apiVersion, union(owned.get(apiVersion) ?? NO_FIELDS, fields))
  }
  return owned
}
