/**
 * What a value was before an update, so that what was already wrong and is unchanged can be let pass.
 *
 * Fields of objects correspond by name, items of a list of type map by their keys; items of other lists correspond to
 * nothing, so such a list is unchanged as a whole or not at all.
 * Source: KEP-4008; apiserver pkg/cel/common equality.go and maplist.go.
 */
import type { Json, JsonObject } from '../../object.ts'
import { equalJson, isObject } from '../json.ts'
import { entryOf, itemOf, propertyOf, type SchemaNode } from '../node.ts'

/** A value and what it was before. */
export interface Correlated {
  readonly value: Json
  readonly old: Json
  readonly node: SchemaNode
  /** Found out when first asked for: comparing is the price of an update that has something wrong in it. */
  found: { unchanged?: boolean; byKey?: ReadonlyMap<string, JsonObject> }
}

/** A value before and after. */
export const correlate = (node: SchemaNode, value: Json, old: Json): Correlated => ({ node, value, old, found: {} })

/** The field of an object; undefined when it was not there, or the schema does not know it. */
export function correlatedField({ node, value, old }: Correlated, name: string): Correlated | undefined {
  if (!isObject(value) || !isObject(old)) return undefined
  const [field, oldField] = [fieldOf(value, name), fieldOf(old, name)]
  const child = propertyOf(node, name) ?? entryOf(node)
  return field === undefined || oldField === undefined || !child ? undefined : correlate(child, field, oldField)
}

/** The item of a list; undefined when there was none with its key, or the list has no keys. */
export function correlatedItem(correlated: Correlated, index: number): Correlated | undefined {
  const { node, value, old, found } = correlated
  const child = itemOf(node)
  if (!isMapList(node) || !child || !Array.isArray(value) || !Array.isArray(old)) return undefined
  const keys = node.schema['x-kubernetes-list-map-keys'] ?? []
  found.byKey ??= itemsByKey(old, keys)
  const item = value[index]
  const key = item === undefined ? undefined : keyOf(item, keys)
  const oldItem = key === undefined ? undefined : found.byKey.get(key)
  return item === undefined || oldItem === undefined ? undefined : correlate(child, item, oldItem)
}

/** True if nothing in it is different; the order of items with keys makes no difference. */
export function isUnchanged(correlated: Correlated): boolean {
  correlated.found.unchanged ??= compare(correlated)
  return correlated.found.unchanged
}

function compare(correlated: Correlated): boolean {
  const { node, value, old } = correlated
  if (Array.isArray(value) && Array.isArray(old)) {
    if (value.length !== old.length) return false
    if (!isMapList(node)) return equalJson(value, old)
    return value.every((_, index) => isSame(correlatedItem(correlated, index)))
  }
  if (isObject(value) && isObject(old)) {
    const names = Object.keys(value)
    return names.length === Object.keys(old).length && names.every((name) => isSame(correlatedField(correlated, name)))
  }
  return equalJson(value, old)
}

const isSame = (correlated: Correlated | undefined): boolean => correlated !== undefined && isUnchanged(correlated)

const isMapList = ({ schema }: SchemaNode): boolean =>
  schema.type === 'array' &&
  schema['x-kubernetes-list-type'] === 'map' &&
  (schema['x-kubernetes-list-map-keys']?.length ?? 0) > 0

const fieldOf = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

function itemsByKey(items: readonly Json[], keys: readonly string[]): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>()
  for (const item of items) {
    const key = keyOf(item, keys)
    if (key !== undefined && isObject(item) && !found.has(key)) found.set(key, item)
  }
  return found
}

/** Undefined unless each of the keys is there, and a scalar. */
function keyOf(item: Json, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined
  const values = keys.map((key) => fieldOf(item, key))
  return values.some((value) => value === undefined || typeof value === 'object') ? undefined : JSON.stringify(values)
}
