/**
 * A schema as the type of an expression's variable, and how large a value of it can be: what an estimate of costs needs.
 * Sizes are those that fit into a request. Source: apiserver pkg/cel/common/schemas.go, pkg/cel/types.go, pkg/cel/limits.go.
 */
import type { Schema } from '../schema/schema.ts'
import { escapeField } from './escape.ts'
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, object, STRING, TIMESTAMP, type Type } from './type.ts'

/** A type with its sizes. */
export interface Declared {
  readonly type: Type
  /** The most characters, items or entries that a value can have; 0 for what has none of them. */
  readonly elementsMax: number
  /** The fewest bytes that a value takes as JSON. */
  readonly bytesMin: number
  /** Of a list's items, and of a map's values. */
  readonly element?: Declared
  /** Of an object's fields, by the names that expressions have for them. */
  readonly fields?: ReadonlyMap<string, Declared>
}

/** Bytes of the largest request. Source: apiserver pkg/apis/cel/config.go MaxRequestSizeBytes. */
export const REQUEST_BYTES_MAX = 3 * 1024 * 1024
/** `9999-12-31T23:59:59.999999999Z` in quotes, and durations as long. */
const TIME_LENGTH_MAX = 32
const DATE_LENGTH = 12
const DATE_TIME_BYTES_MIN = 21
const DURATION_BYTES_MIN = 3
const TEXT_BYTES_MIN = 2
const FLAG_BYTES_MIN = 4
const NUMBER_BYTES_MIN = 1

const TEXT_SCHEMA: Schema = { type: 'string' }
const META_SCHEMA: Schema = { type: 'object', properties: { name: TEXT_SCHEMA, generateName: TEXT_SCHEMA } }

/** The same schema with what every resource has, as far as rules may see it. */
export function withTypeAndMeta(schema: Schema): Schema {
  const known = typed.get(schema)
  if (known) return known
  const { kind, apiVersion, metadata } = schema.properties ?? {}
  const { name, generateName } = metadata?.properties ?? {}
  const isComplete =
    [kind, apiVersion, name, generateName].every((field) => field?.type === 'string') && metadata?.type === 'object'
  const whole = isComplete
    ? schema
    : {
        ...schema,
        type: 'object' as const,
        properties: { ...schema.properties, kind: TEXT_SCHEMA, apiVersion: TEXT_SCHEMA, metadata: META_SCHEMA },
      }
  typed.set(schema, whole)
  return whole
}

const typed = new WeakMap<Schema, Schema>()

/** The type of a structural schema; undefined for one that expressions do not see. `name` is that of the root, in messages. */
export function declare(schema: Schema, isResource: boolean, name = 'object'): Declared | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    const elementsMax = schema.maxLength === undefined ? REQUEST_BYTES_MAX - 2 : lengthOf(schema.maxLength) * 4
    return { type: DYN, elementsMax, bytesMin: 1 }
  }
  const whole = isResource ? withTypeAndMeta(schema) : schema
  switch (whole.type) {
    case 'array':
      return declareList(whole)
    case 'object':
      return declareObject(whole, name)
    case 'string':
      return declareText(whole)
    case 'boolean':
      return { type: BOOL, elementsMax: 0, bytesMin: FLAG_BYTES_MIN }
    case 'number':
      return { type: DOUBLE, elementsMax: 0, bytesMin: NUMBER_BYTES_MIN }
    case 'integer':
      return { type: INT, elementsMax: 0, bytesMin: NUMBER_BYTES_MIN }
    default:
      return undefined
  }
}

const lengthOf = (max: number): number => Math.max(0, max)

const declareField = (schema: Schema, name: string): Declared | undefined =>
  declare(schema, schema['x-kubernetes-embedded-resource'] ?? false, name)

function declareList({ items, maxItems }: Schema): Declared | undefined {
  const element = items && declareField(items, 'object')
  if (!element) return undefined
  const most = Math.trunc((REQUEST_BYTES_MAX - 2) / (element.bytesMin + 1))
  const elementsMax = maxItems === undefined ? most : lengthOf(maxItems)
  return { type: listOf(element.type), elementsMax, bytesMin: 2, element }
}

function declareObject(schema: Schema, name: string): Declared | undefined {
  const { additionalProperties, maxProperties, properties = {}, required = [] } = schema
  if (typeof additionalProperties === 'object') {
    const element = declareField(additionalProperties, 'object')
    if (!element) return undefined
    const most = Math.trunc((REQUEST_BYTES_MAX - 2) / (element.bytesMin + 6))
    const elementsMax = maxProperties === undefined ? most : lengthOf(maxProperties)
    return { type: mapOf(STRING, element.type), elementsMax, bytesMin: 2, element }
  }
  const fields = new Map<string, Declared>()
  let bytesMin = 2
  for (const [field, property] of Object.entries(properties)) {
    const escaped = escapeField(field)
    const declared = declareField(property, `${name}.${escaped ?? field}`)
    if (!declared) continue
    if (escaped !== undefined) fields.set(escaped, declared)
    if (required.includes(field) && property.default === undefined) bytesMin += field.length + declared.bytesMin + 4
  }
  return { type: object(name, (field) => fields.get(field)?.type), elementsMax: 0, bytesMin, fields }
}

function declareText({ format, maxLength, enum: allowed }: Schema): Declared {
  const whole = REQUEST_BYTES_MAX - 2
  switch (format) {
    case 'byte': {
      const elementsMax = maxLength === undefined ? whole : lengthOf(maxLength)
      return { type: BYTES, elementsMax, bytesMin: TEXT_BYTES_MIN }
    }
    case 'duration':
      return { type: DURATION, elementsMax: TIME_LENGTH_MAX, bytesMin: DURATION_BYTES_MIN }
    case 'date':
      return { type: TIMESTAMP, elementsMax: DATE_LENGTH, bytesMin: DATE_LENGTH }
    case 'date-time':
      return { type: TIMESTAMP, elementsMax: TIME_LENGTH_MAX, bytesMin: DATE_TIME_BYTES_MIN }
    default:
      break
  }
  const bytesMin = TEXT_BYTES_MIN
  if (maxLength !== undefined) return { type: STRING, elementsMax: lengthOf(maxLength) * 4, bytesMin }
  if (!allowed || allowed.length === 0) return { type: STRING, elementsMax: whole, bytesMin }
  const lengths = allowed.map((value) => (typeof value === 'string' ? new TextEncoder().encode(value).length : 0))
  return { type: STRING, elementsMax: Math.max(...lengths), bytesMin }
}

/** How many times a value can be there: as often as it fits into a request, with a comma. */
export const cardinalityMax = ({ bytesMin }: Declared): number => Math.trunc(REQUEST_BYTES_MAX / (bytesMin + 1))
