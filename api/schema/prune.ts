/**
 * Removes from an object what its schema does not know.
 *
 *     x-kubernetes-preserve-unknown-fields   keeps them in this object, and in the objects of this list;
 *                                            a field that is known is pruned by its own schema again
 *     additionalProperties: true             keeps every key, and empties the objects behind them
 *
 * Source: apiextensions pkg/apiserver/schema/pruning.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from './json.ts'
import { entryOf, itemOf, nodeOf, propertyOf, type SchemaNode } from './node.ts'
import type { TypeSchema } from './schema.ts'

/** How to prune. */
export interface PruneOptions {
  /** The value is a whole resource: its apiVersion, kind and metadata are not the schema's concern. */
  readonly isResource: boolean
  /** Is told the path of each field that is removed: `spec.list[0].field`. */
  readonly onUnknown?: (path: string) => void
}

/** The fields that every resource has. */
export const isMetaField = (name: string): boolean => name === 'metadata' || name === 'kind' || name === 'apiVersion'

/** Changes the value. */
export function prune(type: TypeSchema, value: Json, { isResource, onUnknown }: PruneOptions): void {
  const node = nodeOf(type)
  const steps: (string | number)[] = []
  const removal: Removal = { steps, onUnknown }
  if (isResource && isObject(value)) pruneObject(removal, value, node, keeps(node), true)
  else pruneValue(removal, value, node, false)
}

/** Prunes a value, which is no whole resource unless the schema says so, by a node. Changes the value. */
export const pruneBy = (node: SchemaNode, value: Json): void =>
  pruneValue({ steps: [], onUnknown: undefined }, value, node, false)

interface Removal {
  readonly steps: (string | number)[]
  readonly onUnknown: ((path: string) => void) | undefined
}

const keeps = (node: SchemaNode): boolean => node.schema['x-kubernetes-preserve-unknown-fields'] === true

/** `isKept` is true for the items of a list that keeps what it does not know. */
function pruneValue(removal: Removal, value: Json, node: SchemaNode | undefined, isKept: boolean): void {
  if (typeof value !== 'object' || value === null) return
  const keepsUnknown = isKept || (node !== undefined && keeps(node))
  if (!Array.isArray(value)) {
    pruneObject(removal, value, node, keepsUnknown, node?.schema['x-kubernetes-embedded-resource'] === true)
    return
  }
  const item = node && itemOf(node)
  if (keepsUnknown && !item) return
  for (const [index, one] of value.entries()) {
    removal.steps.push(index)
    pruneValue(removal, one, item, keepsUnknown)
    removal.steps.pop()
  }
}

function pruneObject(
  removal: Removal,
  object: JsonObject,
  node: SchemaNode | undefined,
  keepsUnknown: boolean,
  isResource: boolean,
): void {
  for (const name of Object.keys(object)) {
    if (isResource && isMetaField(name)) continue
    const property = node && propertyOf(node, name)
    if (property || node?.schema.additionalProperties !== undefined) {
      removal.steps.push(name)
      pruneValue(removal, object[name] ?? null, property ?? (node && entryOf(node)), false)
      removal.steps.pop()
    } else if (!keepsUnknown) {
      removal.onUnknown?.(sayPath([...removal.steps, name]))
      delete object[name]
    }
  }
}

function sayPath(steps: readonly (string | number)[]): string {
  let path = ''
  for (const step of steps) path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`
  return path
}
