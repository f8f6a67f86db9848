/**
 * Whether a schema is structural: its shape is told once, outside of allOf, anyOf, oneOf and not, which may only add
 * conditions to it. Pruning, defaults and patches rely on that.
 *
 *     structural part   type, properties, items, additionalProperties, nullable, default, x-kubernetes-…
 *     nested part       what stands below allOf, anyOf, oneOf, not: conditions on fields that the structural part names
 *
 * Source: apiextensions pkg/apiserver/schema validation.go, complete.go, convert.go.
 */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  key,
  required,
  sayFieldError,
} from '../../field-error.ts'
import { compilePattern } from '../../schema/pattern.ts'
import type { JSONSchemaProps } from '../../types/apiextensions-v1.ts'

type Level = 'root' | 'item' | 'field'

/** Everything that keeps a schema from being structural, in the order of the words for it. */
export function validateStructural(schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  const errors = [...checkNode(schema, 'root', path), ...checkConditionsComplete(schema, schema, path, path)]
  const said = errors.map((error) => ({ error, words: sayFieldError(error) }))
  return said
    .sort((one, other) => (one.words < other.words ? -1 : one.words > other.words ? 1 : 0))
    .map(({ error }) => error)
}

/** Why a schema cannot be taken for a structural one at all; undefined when it can. */
export function findUnsupported(schema: JSONSchemaProps): string | undefined {
  const [field] = UNSUPPORTED.filter(([name]) => isGiven(schema[name]))
  if (field) return `OpenAPIV3Schema '${field[1]}' is not supported`
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
  }
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array"
  return partsOf(schema)
    .map(findUnsupported)
    .find((why) => why !== undefined)
}

const UNSUPPORTED = [
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
] as const

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== '' && (typeof value !== 'object' || value === null || Object.keys(value).length > 0)

/** The schemas directly inside of a schema. */
export function partsOf(schema: JSONSchemaProps): readonly JSONSchemaProps[] {
  const { items, additionalProperties, not, allOf = [], anyOf = [], oneOf = [], properties = {} } = schema
  const items_ = Array.isArray(items) ? items : items ? [items] : []
  const entry = typeof additionalProperties === 'object' ? [additionalProperties] : []
  return [...(not ? [not] : []), ...allOf, ...anyOf, ...oneOf, ...items_, ...Object.values(properties), ...entry]
}

function checkNode(schema: JSONSchemaProps, level: Level, path: FieldPath): FieldError[] {
  const { type = '', items, properties = {}, additionalProperties } = schema
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const isKept = schema['x-kubernetes-preserve-unknown-fields'] === true
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true
  const errors: FieldError[] = []
  const below = child(path, 'properties')
  if (type === 'array' && !items) errors.push(required(child(path, 'items'), 'must be specified'))
  if (items && !Array.isArray(items)) errors.push(...checkNode(items, 'item', child(path, 'items')))
  for (const [name, property] of Object.entries(properties)) {
    errors.push(...checkNode(property, 'field', key(below, name)))
  }
  if (additionalProperties !== undefined) {
    const place = child(path, 'additionalProperties')
    if (level === 'root') errors.push(forbidden(place, 'must not be used at the root'))
    if (typeof additionalProperties === 'object') errors.push(...checkNode(additionalProperties, 'field', place))
    if (isEmbedded) errors.push(forbidden(place, 'must not be used if x-kubernetes-embedded-resource is set'))
  }
  if (isIntOrString && isKept) errors.push(notWithIntOrString('x-kubernetes-preserve-unknown-fields', path))
  if (isIntOrString && isEmbedded) errors.push(notWithIntOrString('x-kubernetes-embedded-resource', path))
  errors.push(...checkConditions(schema, isIntOrStringPair(schema), level, path))
  errors.push(...checkTypeIsTold(schema, level, path))
  if (level === 'root' || isEmbedded) {
    for (const name of ['kind', 'apiVersion']) {
      const property = properties[name]
      if (!property || property.type === 'string') continue
      errors.push(invalid(child(key(below, name), 'type'), property.type ?? '', 'must be string'))
    }
  }
  if (properties.metadata) errors.push(...checkMetadata(properties.metadata, level, isEmbedded, key(below, 'metadata')))
  if (isEmbedded && !isKept && Object.keys(properties).length === 0) errors.push(required(below, EMPTY_EMBEDDED))
  return errors
}

const EMPTY_EMBEDDED =
  'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'

const notWithIntOrString = (name: string, path: FieldPath): FieldError =>
  invalid(child(path, name), true, 'must be false if x-kubernetes-int-or-string is true')

function checkTypeIsTold(schema: JSONSchemaProps, level: Level, path: FieldPath): FieldError[] {
  const { type = '' } = schema
  const place = child(path, 'type')
  const mayBeUntold =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  const errors: FieldError[] = []
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(place, why) : invalid(place, type, why))
  } else if (type === '' && !mayBeUntold) errors.push(required(place, `must not be empty ${WHERE[level]}`))
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(place, type, 'must be object at the root'))
  }
  return errors
}

const WHERE: Readonly<Record<Level, string>> = {
  root: 'at the root',
  item: 'for specified array items',
  field: 'for specified object fields',
}

/** Metadata is told by Kubernetes; a schema may only restrict the names in it. */
function checkMetadata(schema: JSONSchemaProps, level: Level, isEmbedded: boolean, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if ((level === 'root' || isEmbedded) && schema.type !== 'object') {
    errors.push(invalid(child(path, 'type'), schema.type ?? '', 'must be object'))
  }
  if (level !== 'root') return errors
  const { type: _type, default: _default, properties = {}, ...others } = schema
  const namesOnly = Object.keys(properties).every((name) => name === 'name' || name === 'generateName')
  const saysMore = Object.values(others).some((value) => value !== '' && value !== false && value !== undefined)
  return namesOnly && !saysMore ? errors : [...errors, forbidden(path, MORE_THAN_NAMES)]
}

const MORE_THAN_NAMES =
  'must not specify anything other than name and generateName, but metadata is implicitly specified'

/** Which anyOf is let pass although it names types: it says that the value is an integer or a text. */
type Pair = 'anyOf' | 'first of allOf' | 'none' | 'both'

function isIntOrStringPair({ anyOf, allOf }: JSONSchemaProps): Pair {
  const isPair = isTypes(anyOf)
  const isFirst = isTypes(allOf?.[0]?.anyOf)
  return isPair ? (isFirst ? 'both' : 'anyOf') : isFirst ? 'first of allOf' : 'none'
}

const isTypes = (schemas: readonly JSONSchemaProps[] | undefined): boolean =>
  JSON.stringify(schemas) === '[{"type":"integer"},{"type":"string"}]'

function checkConditions(schema: JSONSchemaProps, pair: Pair, level: Level, path: FieldPath): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema
  const each = (name: string, schemas: readonly JSONSchemaProps[]): FieldError[] =>
    schemas.flatMap((one, at) =>
      checkNested(one, name === 'allOf' && at === 0 ? firstOf(pair) : 'none', level, index(child(path, name), at)),
    )
  const compiled = pattern === '' ? undefined : compilePattern(pattern)
  return [
    ...(pair === 'anyOf' || pair === 'both' ? [] : each('anyOf', anyOf)),
    ...each('allOf', allOf),
    ...each('oneOf', oneOf),
    ...(not ? checkNested(not, 'none', level, child(path, 'not')) : []),
    ...(compiled && !compiled.valid
      ? [invalid(child(path, 'pattern'), pattern, `must be a valid regular expression, but isn't: ${compiled.why}`)]
      : []),
  ]
}

/** In the first of allOf, the anyOf itself is the one that is let pass. */
const firstOf = (pair: Pair): Pair => (pair === 'first of allOf' || pair === 'both' ? 'anyOf' : 'none')

const EMPTY = 'must be empty to be structural'
const UNDEFINED = 'must be undefined to be structural'
const FALSE = 'must be false to be structural'

/** What belongs to the shape, and so may not stand below a condition. */
const FORBIDDEN_BELOW = [
  ['type', EMPTY],
  ['additionalProperties', UNDEFINED],
  ['default', UNDEFINED],
  ['title', EMPTY],
  ['description', EMPTY],
  ['nullable', FALSE],
  ['x-kubernetes-preserve-unknown-fields', FALSE],
  ['x-kubernetes-embedded-resource', FALSE],
  ['x-kubernetes-int-or-string', FALSE],
  ['x-kubernetes-list-map-keys', EMPTY],
  ['x-kubernetes-list-type', UNDEFINED],
  ['x-kubernetes-map-type', UNDEFINED],
  ['x-kubernetes-validations', EMPTY],
] as const

function checkNested(schema: JSONSchemaProps, pair: Pair, level: Level, path: FieldPath): FieldError[] {
  const { items, properties = {} } = schema
  const below = child(path, 'properties')
  return [
    ...checkConditions(schema, pair, level, path),
    ...(items && !Array.isArray(items) ? checkNested(items, 'none', level, child(path, 'items')) : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      checkNested(property, 'none', 'field', key(below, name)),
    ),
    ...FORBIDDEN_BELOW.flatMap(([name, why]) =>
      (name === 'default' ? schema.default !== undefined : isSaid(schema[name]))
        ? [forbidden(child(path, name), why)]
        : [],
    ),
    // Conditions on metadata would restrict what Kubernetes itself sets there.
    ...(properties.metadata ? [forbidden(key(below, 'metadata'), 'must not be specified in a nested context')] : []),
  ]
}

const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0)

/** A condition on a field needs the field in the structural part. */
function checkConditionsComplete(
  conditions: JSONSchemaProps,
  structure: JSONSchemaProps | undefined,
  structurePath: FieldPath,
  path: FieldPath,
): FieldError[] {
  const { not, allOf = [], anyOf = [], oneOf = [] } = conditions
  const each = (name: string, schemas: readonly JSONSchemaProps[]): FieldError[] =>
    schemas.flatMap((one, at) => checkNestedComplete(one, structure, structurePath, index(child(path, name), at)))
  return [
    ...(not ? checkNestedComplete(not, structure, structurePath, child(path, 'not')) : []),
    ...each('allOf', allOf),
    ...each('anyOf', anyOf),
    ...each('oneOf', oneOf),
  ]
}

function checkNestedComplete(
  nested: JSONSchemaProps,
  structure: JSONSchemaProps | undefined,
  structurePath: FieldPath,
  path: FieldPath,
): FieldError[] {
  if (!structure) return [required(structurePath, `because it is defined in ${path}`)]
  const { items, properties = {} } = nested
  const inside = (name: string): readonly [FieldPath, FieldPath] => [
    key(child(structurePath, 'properties'), name),
    key(child(path, 'properties'), name),
  ]
  return [
    ...checkConditionsComplete(nested, structure, structurePath, path),
    ...(items && !Array.isArray(items)
      ? checkNestedComplete(items, oneOf(structure.items), child(structurePath, 'items'), child(path, 'items'))
      : []),
    ...Object.entries(properties).flatMap(([name, property]) => {
      const [place, nestedPlace] = inside(name)
      return checkNestedComplete(property, structure.properties?.[name], place, nestedPlace)
    }),
  ]
}

const oneOf = (items: JSONSchemaProps['items']): JSONSchemaProps | undefined =>
  Array.isArray(items) ? undefined : items
