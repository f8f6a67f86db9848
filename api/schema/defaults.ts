/**
 * Fills in the defaults of a schema, those inside of defaults too, and settles what null means: of a field that may not
 * be null it means absent, so the default stands there, or nothing.
 *
 * Source: apiextensions pkg/apiserver/schema/defaulting algorithm.go, prunenulls.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { readEmbeddedBy } from './embedded.ts'
import { copyJson, isObject, setOwn } from './json.ts'
import { entryOf, itemOf, nodeOf, propertyOf, type SchemaNode } from './node.ts'
import { pruneBy } from './prune.ts'
import type { TypeSchema } from './schema.ts'

/** Changes the value. An item of a list that is null without a default stays null. */
export const applyDefaults = (type: TypeSchema, value: Json): void => fill(nodeOf(type), value)

function fill(node: SchemaNode, value: Json): void {
  if (Array.isArray(value)) fillList(node, value)
  else if (isObject(value)) fillObject(node, value)
}

function fillObject(node: SchemaNode, object: JsonObject): void {
  for (const name of Object.keys(object)) {
    const child = propertyOf(node, name) ?? entryOf(node)
    if (!child) continue
    const value = object[name] ?? null
    if (value !== null || child.nullable) fill(child, value)
    else if (child.default !== undefined && child.default !== null) setOwn(object, name, defaultOf(child))
    else delete object[name]
  }
  for (const name of defaultedOf(node)) {
    const child = propertyOf(node, name)
    if (child && !Object.hasOwn(object, name)) setOwn(object, name, defaultOf(child))
  }
}

function fillList(node: SchemaNode, list: Json[]): void {
  const item = itemOf(node)
  if (!item) return
  for (const [index, value] of list.entries()) {
    if (value === null && !item.nullable) list[index] = defaultOf(item)
    else fill(item, value)
  }
}

/** A default of one's own; null when there is none. What the schema does not know of it is left out, as everywhere. */
function defaultOf(node: SchemaNode): Json {
  if (node.made.default === undefined) {
    node.made.default = copyJson(node.default ?? null)
    pruneBy(node, node.made.default)
    readEmbeddedBy(node, node.made.default)
  }
  const value = copyJson(node.made.default)
  fill(node, value)
  return value
}

/** The fields that have a default. Found once for each schema. */
function defaultedOf(node: SchemaNode): readonly string[] {
  node.made.defaulted ??= Object.keys(node.schema.properties ?? {}).filter(
    (name) => (propertyOf(node, name)?.default ?? null) !== null,
  )
  return node.made.defaulted
}
