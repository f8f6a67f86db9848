/** The types of values, as schemas tell them apart. */
import type { Json } from '../object.ts'
import { isValidatedFormat } from './formats.ts'
import type { Schema } from './schema.ts'

/** What JSON can hold, with numbers told apart as Go tells them apart. */
export type JsonType = 'null' | 'boolean' | 'string' | 'integer' | 'number' | 'array' | 'object'

/** 2^63: from here on a whole number is no int64 for Go, but a float64. */
export const INT64_END = 2 ** 63

/** The type of a value. A whole number is an integer, however it was written. */
export function jsonTypeOf(value: Json): JsonType {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'string':
      return 'string'
    case 'number':
      return Number.isInteger(value) && value >= -INT64_END && value < INT64_END ? 'integer' : 'number'
    default:
      return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object'
  }
}

/** The types that a schema allows. */
export const typesOf = (schema: Schema): readonly JsonType[] =>
  schema['x-kubernetes-int-or-string'] ? INT_OR_STRING : schema.type ? [schema.type] : []

const INT_OR_STRING = ['integer', 'string'] as const

/** The format that is checked; empty where Kubernetes checks none. Source: apiextensions pkg/apiserver/validation/formats.go. */
export function formatOf(schema: Schema): string {
  const { format } = schema
  if (!format) return ''
  const types = typesOf(schema)
  const isKnown = isKnownFormat(types.length === 1 ? types[0] : undefined, format)
  return isKnown ? format : ''
}

function isKnownFormat(type: JsonType | undefined, format: string): boolean {
  switch (type) {
    case undefined:
    case 'string':
      return isValidatedFormat(format)
    case 'integer':
      return format === 'int32' || format === 'int64'
    case 'number':
      return format === 'float' || format === 'double'
    case 'null':
    case 'boolean':
    case 'array':
    case 'object':
      return false
    default:
      return type satisfies never
  }
}
