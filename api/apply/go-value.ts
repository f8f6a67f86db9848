/**
 * Values as Go prints them inside a message about the wrong type: `&{nginx}`, `map[string]interface {}{"a":1}`.
 * Source: Go fmt, verbs v, #v and T; structured-merge-diff v6 value/valueunstructured.go.
 */
import { goFloat, goQuote } from '../go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { compareText } from './text-order.ts'

/** A value behind structured-merge-diff's interface, with `%v`. Every number of a parsed patch is a float64. */
export const goShort = (value: Json): string => `&{${short(value)}}`

/** A value behind structured-merge-diff's interface, with `%#v`. */
export const goLong = (value: Json): string => `&value.valueUnstructured{Value:${long(value)}}`

/** The Go type of a parsed value, as `%T` prints it. */
export function goType(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    default:
      return 'string'
  }
}

function short(value: Json): string {
  if (value === null) return '<nil>'
  if (typeof value === 'number') return goFloat(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(short).join(' ')}]`
  const fields = sortedEntries(value).map(([name, held]) => `${name}:${short(held)}`)
  return `map[${fields.join(' ')}]`
}

function long(value: Json): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goFloat(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(long).join(', ')}}`
  const fields = sortedEntries(value).map(([name, held]) => `${goQuote(name)}:${long(held)}`)
  return `map[string]interface {}{${fields.join(', ')}}`
}

const sortedEntries = (object: JsonObject): [string, Json][] =>
  Object.entries(object).sort(([one], [other]) => compareText(one, other))
