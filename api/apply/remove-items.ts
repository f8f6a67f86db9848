/**
 * An object without certain fields, or with nothing but them.
 * Source: structured-merge-diff v6 typed/remove.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject, setOwn } from '../schema/json.ts'
import { type Atom, atomOfField, type ListAtom, type MapAtom, shapeOf } from './atom.ts'
import { type FieldSet, hasBelow, isEmptySet, isOwned } from './field-set.ts'
import { elementOf } from './list-items.ts'
import { fieldElement } from './path-element.ts'

/**
 * Without these fields. A map or a list that loses all that it held stays, empty. Branches that lose nothing are shared
 * with the original.
 */
export const removeItems = (atom: Atom, object: JsonObject, fields: FieldSet): JsonObject =>
  isEmptySet(fields) ? object : mapOr(object, without(atom, object, fields))

/** With nothing but these fields. Branches are shared with the original. */
export const extractItems = (atom: Atom, object: JsonObject, fields: FieldSet): JsonObject =>
  mapOr({}, only(atom, object, fields))

const mapOr = (fallback: JsonObject, value: Json): JsonObject => (isObject(value) ? value : fallback)

function without(atom: Atom, value: Json, gone: FieldSet): Json {
  const shape = shapeOf(atom, value)
  if (shape === 'map' && isObject(value))
    return atom.map?.merged === 'by field' ? mapWithout(atom.map, value, gone) : {}
  if (shape !== 'list' || !Array.isArray(value)) return value
  return atom.list && atom.list.merged !== 'whole' ? listWithout(atom.list, value, gone) : []
}

function mapWithout(map: MapAtom, value: JsonObject, gone: FieldSet): JsonObject {
  const rest: JsonObject = {}
  for (const name in value) {
    const held = value[name] ?? null
    const node = gone[fieldElement(name)]
    if (node === undefined) setOwn(rest, name, held)
    else if (!isOwned(node)) setOwn(rest, name, without(atomOfField(map, name), held, node))
  }
  return rest
}

function listWithout(list: ListAtom, value: readonly Json[], gone: FieldSet): Json[] {
  const rest: Json[] = []
  for (const item of value) {
    const element = elementOf(list, item)
    const node = element === undefined ? undefined : gone[element]
    if (node === undefined) rest.push(item)
    else if (!isOwned(node)) rest.push(without(list.item(), item, node))
  }
  return rest
}

/** The part of a value that a node of a set leads to; the whole value where the node ends. */
function only(atom: Atom, value: Json, wanted: FieldSet): Json {
  const shape = shapeOf(atom, value)
  if (shape === 'map' && atom.map?.merged === 'by field' && isObject(value)) return onlyFields(atom.map, value, wanted)
  if (shape === 'list' && atom.list && atom.list.merged !== 'whole' && Array.isArray(value)) {
    return onlyItems(atom.list, value, wanted)
  }
  return value
}

function onlyFields(map: MapAtom, value: JsonObject, wanted: FieldSet): JsonObject {
  const kept: JsonObject = {}
  for (const name in value) {
    const node = wanted[fieldElement(name)]
    if (node) setOwn(kept, name, only(atomOfField(map, name), value[name] ?? null, node))
  }
  return kept
}

function onlyItems(list: ListAtom, value: readonly Json[], wanted: FieldSet): Json[] {
  const kept: Json[] = []
  for (const item of value) {
    const element = elementOf(list, item)
    const node = element === undefined ? undefined : wanted[element]
    if (node) kept.push(hasBelow(node) ? only(list.item(), item, node) : item)
  }
  return kept
}
