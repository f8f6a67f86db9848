/**
 * What a schema says about patching: which lists are merged, and by which key.
 *
 * `x-kubernetes-patch-strategy` stands beside the field, also where the field is a `$ref`: `merge`, `replace`,
 * `retainKeys`, or `merge,retainKeys`. Source: apimachinery pkg/util/strategicpatch/meta.go.
 */
import { goQuote } from '../go-text.ts'
import type { Json } from '../object.ts'
import { isObject, ownValue } from '../schema/json.ts'
import type { Schema, SchemaSource, TypeSchema } from '../schema/schema.ts'
import { badPatch } from './refusals.ts'

/** A type, and where its references lead. */
export interface PatchType {
  readonly schema: Schema
  /** `PodSpec`; empty when it has none. */
  readonly name: string
  readonly source: SchemaSource
}

/** How one field is patched. For a list, `type` is that of its items. */
export interface PatchField {
  readonly type: PatchType
  readonly strategy: 'merge' | 'replace' | ''
  readonly mergeKey: string
}

/** The type of a whole object. */
export const patchTypeOf = ({ root, source }: TypeSchema): PatchType => resolve(root, source, kindOf(root))

/** The field of a type that holds an object. Throws BadRequest when the type has no such field. */
export function objectField(parent: PatchType, name: string): PatchField {
  const field = fieldOf(parent, name)
  return { type: resolve(field, parent.source), ...strategyOf(field) }
}

/** The field of a type that holds a list. Throws BadRequest when the type has no such field, or it is no list. */
export function listField(parent: PatchType, name: string): PatchField {
  const field = fieldOf(parent, name)
  const { schema } = resolve(field, parent.source)
  if (schema.type !== 'array') throw badPatch('expected slice or array type, but got: struct')
  const items = resolve(schema.items ?? {}, parent.source)
  if (items.schema.type === 'array') throw badPatch('unexpected slice of slice')
  return { type: items, ...strategyOf(field) }
}

function fieldOf({ schema, name }: PatchType, field: string): Schema {
  const isStruct = schema.type === 'object' && (schema.additionalProperties ?? false) === false
  if (!isStruct) {
    throw badPatch(`merging an object in json but data type is not struct, instead is: ${goKind(schema)}`)
  }
  const found = ownValue(schema.properties, field)
  if (!found) throw badPatch(`unable to find api field in struct ${name} for the json field ${goQuote(field)}`)
  return found
}

const strategyOf = (field: Schema): Omit<PatchField, 'type'> => {
  const words = (field['x-kubernetes-patch-strategy'] ?? '').split(',')
  const strategy = words.includes('merge') ? 'merge' : words.includes('replace') ? 'replace' : ''
  return { strategy, mergeKey: field['x-kubernetes-patch-merge-key'] ?? '' }
}

function resolve(schema: Schema, source: SchemaSource, name = ''): PatchType {
  const { $ref: reference = schema.allOf?.[0]?.$ref } = schema
  return reference === undefined
    ? { schema, name, source }
    : resolve(source(reference), source, reference.slice(reference.lastIndexOf('.') + 1))
}

function kindOf(root: Schema): string {
  const [first]: readonly (Json | undefined)[] = root['x-kubernetes-group-version-kind'] ?? []
  return isObject(first) ? String(first.kind) : ''
}

const goKind = ({ type }: Schema): string =>
  type === 'array' ? 'slice' : type === 'object' ? 'map' : (type ?? 'interface')
