/**
 * The fields that an object mentions: what somebody who applies it will own.
 *
 * Leaves, items of lists, and keys of maps are in the set; fields of a type that merely lead to them are not.
 * Source: structured-merge-diff v6 typed/tofieldset.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { type Atom, atomOfField, type ListAtom, type MapAtom, shapeOf } from './atom.ts'
import { type Branches, type FieldSet, isEmptySet, LEAF, NO_FIELDS, owned } from './field-set.ts'
import { isEmptyObject } from './json-values.ts'
import { elementOf } from './list-items.ts'
import { fieldElement } from './path-element.ts'

/** The fields that an object of the type of `atom` mentions. */
export const fieldsOf = (atom: Atom, object: JsonObject): FieldSet => mentioned(atom, object) ?? NO_FIELDS

/** The node of a value; undefined when neither it nor anything in it is in the set by its own right. */
function mentioned(atom: Atom, value: Json): FieldSet | undefined {
  const shape = shapeOf(atom, value)
  if (shape === 'map' && atom.map?.merged === 'by field') return mentionedInMap(atom.map, value)
  if (shape === 'list' && atom.list && atom.list.merged !== 'whole') return mentionedInList(atom.list, value)
  return LEAF
}

function mentionedInMap(map: MapAtom, value: Json): FieldSet | undefined {
  if (!isObject(value)) return undefined
  const fields: Branches = {}
  for (const name in value) {
    const held = value[name] ?? null
    const node = mentioned(atomOfField(map, name), held)
    const isIn = held === null || (isObject(held) && isEmptyObject(held)) || map.named(name) === undefined
    if (isIn) fields[fieldElement(name)] = node === undefined ? LEAF : owned(node)
    else if (node) fields[fieldElement(name)] = node
  }
  return isEmptySet(fields) ? undefined : fields
}

function mentionedInList(list: ListAtom, value: Json): FieldSet | undefined {
  if (!Array.isArray(value)) return undefined
  const items: Branches = {}
  for (const item of value) {
    const element = elementOf(list, item)
    if (element === undefined) continue
    const node = mentioned(list.item(), item)
    // Several items of one element are one leaf together.
    items[element] = element in items || node === undefined ? LEAF : owned(node)
  }
  return isEmptySet(items) ? undefined : items
}
