/** Whether a value is of the type that its schema asks for. Source: kube-openapi pkg/validation/validate type.go. */
import { typeInvalid } from '../../field-error.ts'
import type { Json } from '../../object.ts'
import { isValidatedFormat } from '../formats.ts'
import type { SchemaNode } from '../node.ts'
import type { Schema } from '../schema.ts'
import { type Findings, placeOf, report } from './findings.ts'

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

/** True if the type is right. A list passes for a text with a format, as it does in Kubernetes. */
export function checkType(node: SchemaNode, value: Json, path: string, findings: Findings): boolean {
  const types = typesOf(node.schema)
  const format = formatOf(node.schema)
  const given = jsonTypeOf(value)
  if (given === 'null') {
    if (types.length === 0 || node.nullable) return true
    return reportType(findings, path, types.join(), 'null')
  }
  const isGiven = (type: JsonType) => types.includes(type)
  const fits =
    isGiven(given) ||
    (given === 'number' && isGiven('integer') && isAlmostInteger(value)) ||
    (given === 'integer' && isGiven('number'))
  const isCompound = given === 'string' || given === 'array'
  if (!isCompound && format !== '' && !fits && GO_FORMATS[given] !== format) {
    return reportType(findings, path, format, GO_FORMATS[given] ?? '')
  }
  if (isCompound && format !== '' && !isGiven('number') && !isGiven('integer')) return true
  return fits || reportType(findings, path, types.join(), given)
}

/** The format that the validator finds in a value of Go. */
const GO_FORMATS: Readonly<Partial<Record<JsonType, string>>> = { integer: 'int64', number: 'float64' }

function reportType(findings: Findings, path: string, wanted: string, given: string): false {
  const said = `${path} in body must be of type ${wanted}: "${given}"`
  report(findings, said, typeInvalid(placeOf(findings, path), given, said))
  return false
}

/** True for a float that differs from a whole number by less than its rounding. Source: go-openapi/swag IsFloat64AJSONInteger. */
export function isAlmostInteger(value: Json): boolean {
  if (typeof value !== 'number' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const whole = Math.trunc(value)
  return value === whole || (whole > 0 && (value - whole) / (value + whole) < 1e-9)
}
