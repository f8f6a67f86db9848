/**
 * JSON as the values of an expression. A schema says what numbers and texts are; without one, a number without a fraction
 * is an int. Nothing is converted before it is asked for.
 * Source: apiserver pkg/cel/common/valuesunstructured.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { parseGoDuration } from '../schema/formats/time.ts'
import { isObject as isJsonObject, ownValue } from '../schema/json.ts'
import type { Schema } from '../schema/schema.ts'
import { withTypeAndMeta } from './declared.ts'
import { escapeField } from './escape.ts'
import { parseTimestamp } from './functions/time.ts'
import { durationOf, failure, timestampOf, type Value } from './value.ts'

/** A value of the schema. What the schema does not allow is a failure, when it is looked at. */
export function bind(json: Json, schema: Schema): Value {
  if (json === null) return schema.nullable ? null : failure('invalid data, got null for schema with nullable=false')
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof json === 'string') return json
    if (Number.isInteger(json)) return BigInt(Number(json))
    return failure('invalid data, expected XIntOrString value to be either a string or integer')
  }
  switch (schema.type) {
    case 'object':
      return isJsonObject(json) ? bindObject(json, schema) : expected('a map', 'object')
    case 'array':
      return Array.isArray(json) ? bindList(json, schema) : expected('an array', 'array')
    case 'string':
      return typeof json === 'string' ? bindText(json, schema.format) : failure('invalid data, expected string')
    case 'number':
      return typeof json === 'number' ? json : failure('invalid data, expected float')
    case 'integer':
      return Number.isInteger(json) ? BigInt(Number(json)) : failure('invalid data, expected int')
    case 'boolean':
      return typeof json === 'boolean' ? json : failure('invalid data, expected bool')
    default:
      return schema['x-kubernetes-preserve-unknown-fields'] ? bindPlain(json) : failure('invalid type')
  }
}

const expected = (what: string, type: string): Value =>
  failure(`invalid data, expected ${what} for the provided schema with type=${type}`)

function bindObject(json: JsonObject, given: Schema): Value {
  const schema = given['x-kubernetes-embedded-resource'] ? withTypeAndMeta(given) : given
  const { properties, additionalProperties } = schema
  if (!properties && typeof additionalProperties === 'object') {
    const keys = Object.keys(json)
    return {
      cel: 'map',
      size: keys.length,
      get(key) {
        const value = typeof key === 'string' ? ownValue(json, key) : undefined
        return value === undefined ? undefined : bind(value, additionalProperties)
      },
      keys: () => keys,
    }
  }
  const names = namesOf(schema)
  return {
    cel: 'object',
    name: 'object',
    get(field) {
      const name = names.get(field)
      const property = name === undefined ? undefined : ownValue(properties, name)
      const value = name === undefined ? undefined : ownValue(json, name)
      return value === undefined || property === undefined ? undefined : bind(value, property)
    },
    fields: () => [...names].flatMap(([escaped, name]) => (Object.hasOwn(json, name) ? [escaped] : [])),
  }
}

const names = new WeakMap<Schema, ReadonlyMap<string, string>>()

/** The fields of a schema by the names that expressions have for them. */
function namesOf(schema: Schema): ReadonlyMap<string, string> {
  const known = names.get(schema)
  if (known) return known
  const made = new Map(
    Object.keys(schema.properties ?? {}).flatMap((field) => {
      const escaped = escapeField(field)
      return escaped === undefined ? [] : [[escaped, field] as const]
    }),
  )
  names.set(schema, made)
  return made
}

function bindList(json: readonly Json[], schema: Schema): Value {
  const { items } = schema
  if (!items) return failure('invalid array type, expected Items with a non-empty Schema')
  const list = { cel: 'list', size: json.length, at: (at: number) => bind(json[at] ?? null, items) } as const
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { ...list, like: 'set' }
    case 'map':
      return {
        ...list,
        like: { keys: (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapeField(key) ?? key) },
      }
    default:
      return list
  }
}

function bindText(text: string, format: string | undefined): Value {
  switch (format) {
    case 'duration': {
      const nanoseconds = parseGoDuration(text)
      return nanoseconds === undefined ? failure(`Invalid duration ${text}`) : durationOf(nanoseconds)
    }
    case 'date':
      return parseTimestamp(`${text}T00:00:00Z`) ?? failure(`Invalid date formatted string ${text}`)
    case 'date-time':
      return parseTimestamp(text) ?? failure(`Invalid date-time formatted string ${text}`)
    case 'byte':
      return bytesOf(text)
    default:
      return text
  }
}

function bytesOf(text: string): Value {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return failure(`Invalid byte formatted string ${text}`)
  }
}

/** A value of which no schema says anything: an object of a policy, whatever it is. */
export function bindPlain(json: Json): Value {
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json
  if (Array.isArray(json)) return { cel: 'list', size: json.length, at: (at) => bindPlain(json[at] ?? null) }
  if (!isJsonObject(json)) return json
  const keys = Object.keys(json)
  return {
    cel: 'map',
    size: keys.length,
    get(key) {
      const value = typeof key === 'string' ? ownValue(json, key) : undefined
      return value === undefined ? undefined : bindPlain(value)
    },
    keys: () => keys,
  }
}

/** The moment of a clock. */
export const bindMoment = (milliseconds: number): Value => timestampOf(BigInt(milliseconds) * 1_000_000n)
