/**
 * What a schema says about merging: which values are leaves, which lists are sets or have keys, what type each field is.
 *
 * An atom says for each shape of value (scalar, list, map) how it is treated, or that it may not have that shape. Atoms
 * are made from schema nodes when first asked for, and remembered by the identity of the node.
 *
 * Source: kube-openapi pkg/schemaconv/openapi.go; structured-merge-diff v6 schema/elements.go.
 */
import type { Json } from '../object.ts'
import { OBJECT_META } from '../schema/embedded.ts'
import { isObject } from '../schema/json.ts'
import type { Schema, SchemaSource, TypeSchema } from '../schema/schema.ts'
import { schemaOf } from '../tables/schemas.ts'

/** How a value of one type is merged. At least one shape is there. */
export interface Atom {
  readonly scalar?: ScalarType
  readonly list?: ListAtom
  readonly map?: MapAtom
}

/** `untyped` takes any scalar: int-or-string, quantities, times. */
export type ScalarType = 'numeric' | 'string' | 'boolean' | 'untyped'

/** How a list is merged: as one value, as a set of values, or item by item by the values of its keys. */
export interface ListAtom {
  readonly merged: 'whole' | 'by value' | 'by keys'
  /** Fields of an item; empty unless merged by keys. */
  readonly keys: readonly ListKey[]
  readonly item: () => Atom
}

/** A field of the items of a list that tells them apart, and what it is when an item does not say. */
export interface ListKey {
  readonly name: string
  readonly default?: Json
}

/** How an object or a map is merged: as one value, or field by field. */
export interface MapAtom {
  readonly merged: 'whole' | 'by field'
  /** The type of a field that the schema names; undefined for every other. */
  readonly named: (field: string) => Atom | undefined
  /** The type of all other fields; undefined when there may be none. */
  readonly rest: () => Atom | undefined
  /** True for a type that names no field, and whose fields may be anything: nobody ever said how it is merged. */
  readonly isFree: () => boolean
}

/** The three shapes of values. Null has none: it is treated as the first of these that its type has. */
export type Shape = 'map' | 'scalar' | 'list'

/** The shape as which a value of this type is treated; a value that its type does not allow, as one that it does. */
export function shapeOf(atom: Atom, value: Json | undefined): Shape {
  if (value !== null && value !== undefined) {
    const shape = typeof value !== 'object' ? 'scalar' : Array.isArray(value) ? 'list' : 'map'
    if (atom[shape] !== undefined) return shape
  }
  return atom.map ? 'map' : atom.scalar ? 'scalar' : 'list'
}

/** The type of a field of a map, where what the schema does not name and does not allow may still be there: {@link DEDUCED}. */
export const atomOfField = (map: MapAtom, field: string): Atom => map.named(field) ?? map.rest() ?? DEDUCED

/** Any value, merged as one. */
export const UNTYPED: Atom = {
  scalar: 'untyped',
  list: { merged: 'whole', keys: [], item: () => UNTYPED },
  map: { merged: 'whole', named: () => undefined, rest: () => UNTYPED, isFree: () => false },
}

/** Any value; objects are merged field by field, lists as one. What nobody described is of this type. */
export const DEDUCED: Atom = {
  scalar: 'untyped',
  list: { merged: 'whole', keys: [], item: () => UNTYPED },
  map: { merged: 'by field', named: () => undefined, rest: () => DEDUCED, isFree: () => true },
}

/** The atom of a whole object. */
export const rootAtom = ({ root, source }: TypeSchema): Atom => wholeAtoms.of(root, () => makeRoot(root, source))

function makeRoot(root: Schema, source: SchemaSource): Atom {
  const atom = atomOf(root, source)
  // A custom resource says at most `type: object` of its metadata.
  const metadata = resolve(root, source).properties?.metadata
  const isBare = !metadata || (!metadata.$ref && !metadata.allOf && !metadata.properties?.annotations)
  return isBare ? withFields(atom, META_FIELDS) : atom
}

/** What every object has, whether its schema says so or not. */
const META_FIELDS: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: OBJECT_META },
}

function withFields(atom: Atom, fields: Readonly<Record<string, Schema>>): Atom {
  const { map } = atom
  if (!map) return atom
  const named = new Map(Object.entries(fields).map(([name, schema]) => [name, atomOf(schema, schemaOf)]))
  return { ...atom, map: { ...map, named: (field) => named.get(field) ?? map.named(field), isFree: () => false } }
}

/** Atoms by schema node. A node and what it refers to never change, so neither does its atom. */
interface AtomCache {
  readonly of: (schema: Schema, make: () => Atom) => Atom
}

function atomCache(): AtomCache {
  const atoms = new WeakMap<Schema, Atom>()
  return {
    of: (schema, make) => {
      const known = atoms.get(schema)
      if (known) return known
      const made = make()
      atoms.set(schema, made)
      return made
    },
  }
}

const wholeAtoms = atomCache()
const strictAtoms = atomCache()
/** Below `x-kubernetes-preserve-unknown-fields`, which reaches down to every schema that is written inside. */
const preservingAtoms = atomCache()

function atomOf(schema: Schema, source: SchemaSource, isPreserving = false): Atom {
  const preserving = isPreserving || schema['x-kubernetes-preserve-unknown-fields'] === true
  const cache = preserving ? preservingAtoms : strictAtoms
  return cache.of(schema, () => makeAtom(schema, source, preserving))
}

function makeAtom(schema: Schema, source: SchemaSource, preserving: boolean): Atom {
  const name = referenceOf(schema)
  if (name !== undefined) return overridden(named(name, source), schema)
  const atom = madeInline(schema, source, preserving)
  return schema['x-kubernetes-embedded-resource'] ? withFields(atom, META_FIELDS) : atom
}

function madeInline(schema: Schema, source: SchemaSource, preserving: boolean): Atom {
  switch (schema.type) {
    case 'object':
      return { map: mapAtom(schema, source, preserving) }
    case 'array':
      return { list: listAtom(schema, source, preserving) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: schema.format && schema.format !== 'byte' ? 'untyped' : 'string' }
    case undefined:
      return {
        scalar: 'untyped',
        list: listAtom(schema, source, preserving),
        map: mapAtom(schema, source, preserving),
      }
    default:
      return schema.type satisfies never
  }
}

/** A reference may stand alone, or in the only member of an allOf, beside a default or a description. */
const referenceOf = (schema: Schema): string | undefined =>
  schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined)

function resolve(schema: Schema, source: SchemaSource): Schema {
  const name = referenceOf(schema)
  return name === undefined ? schema : resolve(source(name), source)
}

/** Types whose JSON is not what their Go type suggests. Source: kube-openapi pkg/schemaconv/smd.go. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension'

function named(name: string, source: SchemaSource): Atom {
  if (name === QUANTITY) return { scalar: 'untyped' }
  if (name === RAW_EXTENSION) return UNTYPED
  return atomOf(source(name), source)
}

/** Where a type is referred to, it may be said to be merged otherwise than by itself. */
function overridden(atom: Atom, { 'x-kubernetes-map-type': mapType }: Schema): Atom {
  if (mapType === undefined || !atom.map) return atom
  return { ...atom, map: { ...atom.map, merged: mapType === 'atomic' ? 'whole' : 'by field' } }
}

function mapAtom(schema: Schema, source: SchemaSource, preserving: boolean): MapAtom {
  const { properties = {}, additionalProperties } = schema
  const schemas = new Map(Object.entries(properties))
  const atoms = new Map<string, Atom | undefined>()
  const nameField = (field: string): Atom | undefined => {
    const known = atoms.get(field)
    if (known) return known
    const property = schemas.get(field)
    const atom = property && atomOf(property, source, preserving)
    if (atom) atoms.set(field, atom)
    return atom
  }
  const restOf = (): Atom | undefined => {
    if (additionalProperties === undefined) return preserving || schemas.size === 0 ? DEDUCED : undefined
    if (typeof additionalProperties === 'boolean') return additionalProperties ? DEDUCED : undefined
    return atomOf(additionalProperties, source, preserving)
  }
  const rest = remember(restOf)
  const isReferred = isObject(additionalProperties) && referenceOf(additionalProperties) !== undefined
  return {
    merged: schema['x-kubernetes-map-type'] === 'atomic' ? 'whole' : 'by field',
    named: nameField,
    rest,
    isFree: () => schemas.size === 0 && !isReferred && rest()?.scalar === 'untyped',
  }
}

function remember<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function listAtom(schema: Schema, source: SchemaSource, preserving: boolean): ListAtom {
  const { items } = schema
  const item = remember(() => (items ? atomOf(items, source, preserving) : UNTYPED))
  const keys = keysOf(schema)
  if (keys === undefined) return { merged: 'whole', keys: [], item }
  if (keys.length === 0 || !items) return { merged: 'by value', keys: [], item }
  return { merged: 'by keys', keys: keys.map((name) => listKey(name, items, source)), item }
}

/** The keys of a list; none for a set, undefined for a list that is merged as one value. */
function keysOf(schema: Schema): readonly string[] | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return schema['x-kubernetes-list-map-keys'] ?? []
    case 'set':
      return []
    case 'atomic':
      return undefined
    case undefined: {
      // Types from before list types say it to strategic merge patch alone.
      if (!schema['x-kubernetes-patch-strategy']?.startsWith('merge')) return undefined
      const key = schema['x-kubernetes-patch-merge-key']
      return key === undefined ? [] : [key]
    }
    default:
      return schema['x-kubernetes-list-type'] satisfies never
  }
}

function listKey(name: string, items: Schema, source: SchemaSource): ListKey {
  const item = resolve(items, source)
  const property = item.properties?.[name]
  // Go always writes what a type of its own requires: the zero value when nobody gave one.
  const isAlwaysWritten = referenceOf(items) !== undefined && item.required?.includes(name)
  const value = property?.default ?? (isAlwaysWritten ? zeroOf(property) : undefined)
  return value === undefined || value === null ? { name } : { name, default: value }
}

function zeroOf({ type }: Schema = {}): Json | undefined {
  if (type === 'string') return ''
  if (type === 'boolean') return false
  return type === 'integer' || type === 'number' ? 0 : undefined
}
