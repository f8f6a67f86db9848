/**
 * Lists of type set hold nothing twice, lists of type map no key twice.
 * Source: apiextensions pkg/apiserver/schema/listtype.
 */
import { child, duplicate, type FieldError, type FieldPath, index, invalid, key } from '../field-error.ts'
import type { Json, JsonObject } from '../object.ts'
import { canonicalJson, isObject, sortKeys } from './json.ts'
import { entryOf, hasBelow, itemOf, nodeOf, propertyOf, type SchemaNode } from './node.ts'
import type { TypeSchema } from './schema.ts'

/** Everything that is twice where it may be once. The second of several is told, and no further one. */
export function validateListTypes(type: TypeSchema, value: Json): FieldError[] {
  const node = nodeOf(type)
  return hasBelow(node, 'x-kubernetes-list-type') ? check(node, value, '') : []
}

function check(node: SchemaNode, value: Json, path: FieldPath): FieldError[] {
  if (Array.isArray(value)) return checkList(node, value, path)
  return isObject(value) ? checkObject(node, value, path) : []
}

function checkObject(node: SchemaNode, object: JsonObject, path: FieldPath): FieldError[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const property = propertyOf(node, name)
    const inside = property ?? entryOf(node)
    // Asked first: of most fields there is nothing to be checked, and then no path is needed.
    if (!inside || !hasBelow(inside, 'x-kubernetes-list-type')) return []
    return check(inside, value, property ? child(path, name) : key(path, name))
  })
}

function checkList(node: SchemaNode, list: readonly Json[], path: FieldPath): FieldError[] {
  const item = itemOf(node)
  const inside =
    item && hasBelow(item, 'x-kubernetes-list-type')
      ? list.flatMap((value, at) => check(item, value, index(path, at)))
      : []
  switch (node.schema['x-kubernetes-list-type']) {
    case 'set':
      return [...secondsIn(list).map((at) => duplicate(index(path, at), sortKeys(list[at] ?? null))), ...inside]
    case 'map':
      return [...checkKeys(list, node.schema['x-kubernetes-list-map-keys'] ?? [], path), ...inside]
    default:
      return inside
  }
}

function checkKeys(list: readonly Json[], keys: readonly string[], path: FieldPath): FieldError[] {
  const misfit = list.findIndex((item) => item !== null && !isObject(item))
  if (misfit >= 0) {
    return [
      invalid(index(path, misfit), sortKeys(list[misfit] ?? null), 'must be an object for an array of list-type map'),
    ]
  }
  // What has none of the keys is the same as null, and as everything else that has none.
  const found = list.map((item) => keysOf(item, keys))
  return secondsIn(found).map((at) => duplicate(index(path, at), sortKeys(found[at] ?? null)))
}

const keysOf = (item: Json, keys: readonly string[]): JsonObject =>
  isObject(item)
    ? Object.fromEntries(keys.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name] ?? null]))
    : {}

/** Where each value that is there several times is there for the second time. */
function secondsIn(values: readonly Json[]): readonly number[] {
  const counts = new Map<string, number>()
  return values.flatMap((value, at) => {
    const text = canonicalJson(value)
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    return count === 2 ? [at] : []
  })
}
