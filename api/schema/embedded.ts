/**
 * Whole resources inside of others (`x-kubernetes-embedded-resource`), and the metadata of custom resources: read as the
 * metadata of every kind is read, and held to the same rules.
 *
 * Source: apiextensions pkg/apiserver/schema/objectmeta.
 */
import { child, type FieldError, type FieldPath, index, invalid, key, required } from '../field-error.ts'
import { validateObjectMeta } from '../metadata/validate.ts'
import { check1035Label } from '../names.ts'
import type { Json, JsonObject, ObjectMeta } from '../object.ts'
import { schemaOf } from '../tables/schemas.ts'
import { type Decoding, decode } from './decode/decode.ts'
import { isObject, sortKeys } from './json.ts'
import { entryOf, hasBelow, itemOf, nodeOf, propertyOf, type SchemaNode } from './node.ts'
import type { TypeSchema } from './schema.ts'

/** The full name of the type of metadata. */
export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

const META_TYPE: TypeSchema = { root: { $ref: OBJECT_META }, source: schemaOf }

/** Reads metadata as Go reads it. Null is metadata in which nothing is said. */
export const readMetadata = (value: Json): Decoding => decode(META_TYPE, value ?? {}, { unknown: 'list' })

/** What came of it: the paths of fields of metadata that nobody knows, or the first thing that cannot be read. */
export type EmbeddedReading =
  | { readonly read: true; readonly unknown: readonly string[] }
  | { readonly read: false; readonly error: FieldError }

/** Where the value is, and whether it is a whole resource itself, which its schema does not say. */
export interface EmbeddedOptions {
  /** Paths start there; at the root when absent. */
  readonly at?: FieldPath
  readonly isResource?: boolean
}

/** Reads the metadata of every resource that is embedded in the value. Changes it. */
export const readEmbedded = (type: TypeSchema, value: Json, options: EmbeddedOptions = {}): EmbeddedReading =>
  readEmbeddedBy(nodeOf(type), value, options)

/** The same by a node. */
export function readEmbeddedBy(node: SchemaNode, value: Json, options: EmbeddedOptions = {}): EmbeddedReading {
  const unknown: string[] = []
  for (const { object, path } of embeddedIn(node, value, options)) {
    for (const name of ['apiVersion', 'kind']) {
      const word = object[name]
      if (word === undefined || typeof word === 'string') continue
      return { read: false, error: invalid(child(path, name), sortKeys(word), 'must be a string') }
    }
    if (object.metadata === undefined) continue
    const place = child(path, 'metadata')
    const reading = readMetadata(object.metadata)
    if (!reading.decoded) return { read: false, error: invalid(place, sortKeys(object.metadata), reading.why) }
    unknown.push(...reading.unknown.map((name) => `${place}.${name}`))
    object.metadata = reading.object
  }
  return { read: true, unknown }
}

/** What is wrong with the apiVersion, kind and metadata of every resource that is embedded in the value. */
export const validateEmbedded = (type: TypeSchema, value: Json, options: EmbeddedOptions = {}): FieldError[] =>
  embeddedIn(nodeOf(type), value, options).flatMap(({ object, path }) => validateResource(object, path))

function validateResource(object: JsonObject, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  for (const name of ['apiVersion', 'kind']) {
    const word = object[name]
    const place = child(path, name)
    if (word === undefined) errors.push(required(place))
    else if (typeof word !== 'string') errors.push(invalid(place, sortKeys(word), 'must be a string'))
    else if (word === '') errors.push(invalid(place, word, 'must not be empty'))
    else errors.push(...(name === 'kind' ? validateKind(word, place) : validateApiVersion(word, place)))
  }
  return object.metadata === undefined
    ? errors
    : [...errors, ...validateMetadata(object.metadata, child(path, 'metadata'))]
}

const validateApiVersion = (word: string, path: FieldPath): FieldError[] =>
  word.split('/').length <= 2 ? [] : [invalid(path, word, `unexpected GroupVersion string: ${word}`)]

function validateKind(word: string, path: FieldPath): FieldError[] {
  const why = check1035Label(word.toLowerCase())
  if (why.length === 0) return []
  return [invalid(path, word, `may have mixed case, but should otherwise match: ${why.join(',')}`)]
}

function validateMetadata(value: Json, path: FieldPath): FieldError[] {
  const reading = readMetadata(value)
  if (!reading.decoded) return [invalid(path, sortKeys(value), reading.why)]
  // A name is not asked for, and what is there need only be a segment of a path.
  const metadata: ObjectMeta = { name: 'unnamed', ...reading.object }
  const scope = metadata.namespace ? 'Namespaced' : 'Cluster'
  return validateObjectMeta(metadata, { scope, name: 'path-segment' }, path)
}

interface Embedded {
  readonly object: JsonObject
  readonly path: FieldPath
}

/** Every embedded resource in a value, the outer before the inner. */
function embeddedIn(
  node: SchemaNode,
  value: Json,
  { at = '', isResource = false }: EmbeddedOptions,
): readonly Embedded[] {
  const inside = findEmbedded(node, value, at)
  const isFound = inside[0]?.object === value
  return isResource && !isFound && isObject(value) ? [{ object: value, path: at }, ...inside] : inside
}

function findEmbedded(node: SchemaNode, value: Json, path: FieldPath): readonly Embedded[] {
  if (!hasBelow(node, 'x-kubernetes-embedded-resource') || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const item = itemOf(node)
    return item ? value.flatMap((one, at) => findEmbedded(item, one, index(path, at))) : []
  }
  const inside = Object.entries(value).flatMap(([name, one]) => {
    const property = propertyOf(node, name)
    if (property) return findEmbedded(property, one, child(path, name))
    const entry = entryOf(node)
    return entry ? findEmbedded(entry, one, key(path, name)) : []
  })
  return node.schema['x-kubernetes-embedded-resource'] ? [{ object: value, path }, ...inside] : inside
}
