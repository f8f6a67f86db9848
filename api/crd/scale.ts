/** What the fields must hold from which a Scale is made. Source: apiextensions pkg/registry/customresource validator.go. */
import { type FieldError, invalid } from '../field-error.ts'
import { goJson, goNumber } from '../go-text.ts'
import type { ScaleSubresource } from '../kind.ts'
import type { Json, JsonObject } from '../object.ts'
import { isObject, ownValue } from '../schema/json.ts'
import { type JsonType, jsonTypeOf } from '../schema/value-type.ts'

/** More replicas than a Scale can say. */
const REPLICAS_MAX = 2 ** 31 - 1

/** What is wrong with the number that is wished for. */
export const validateScaleSpec = (object: JsonObject, { replicasPath }: ScaleSubresource): FieldError[] =>
  validateReplicas(object, replicasPath)

/** What is wrong with the number that is there, and the text of the selector. */
export const validateScaleStatus = (object: JsonObject, scale: ScaleSubresource): FieldError[] => [
  ...validateReplicas(object, scale.statusReplicasPath),
  ...(scale.selectorPath === undefined ? [] : validateSelector(object, scale.selectorPath)),
]

function validateReplicas(object: JsonObject, path: string): FieldError[] {
  const reading = readAt(object, path, ['integer'], 'int64')
  if (!reading.read) return [invalid(path, 0, reading.why)]
  const { value = 0 } = reading
  if (typeof value !== 'number') return []
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')]
  return value > REPLICAS_MAX ? [invalid(path, value, `should be less than or equal to ${REPLICAS_MAX}`)] : []
}

function validateSelector(object: JsonObject, path: string): FieldError[] {
  const reading = readAt(object, path, ['string'], 'string')
  return reading.read ? [] : [invalid(path, '', reading.why)]
}

type Reading =
  | { readonly read: true; readonly value: Json | undefined }
  | { readonly read: false; readonly why: string }

/** The value at a path of plain names. What is not there is not wrong. */
function readAt(object: JsonObject, path: string, types: readonly JsonType[], goType: string): Reading {
  const names = path.replace(/^\./, '').split('.')
  let value: Json = object
  for (const [at, name] of names.entries()) {
    if (!isObject(value)) return mistyped(names.slice(0, at), value, 'map[string]interface{}')
    const next: Json | undefined = ownValue(value, name)
    if (next === undefined) return { read: true, value: undefined }
    value = next
  }
  return types.includes(jsonTypeOf(value)) ? { read: true, value } : mistyped(names, value, goType)
}

const mistyped = (names: readonly string[], value: Json, goType: string): Reading => ({
  read: false,
  why: `.${names.join('.')} accessor error: ${sayValue(value)} is of the type ${GO_TYPES[jsonTypeOf(value)]}, expected ${goType}`,
})

const sayValue = (value: Json): string =>
  value === null
    ? '<nil>'
    : typeof value === 'string'
      ? value
      : typeof value === 'number'
        ? goNumber(value)
        : goJson(value)

const GO_TYPES: Readonly<Record<JsonType, string>> = {
  null: '<nil>',
  boolean: 'bool',
  string: 'string',
  integer: 'int64',
  number: 'float64',
  array: '[]interface {}',
  object: 'map[string]interface {}',
}
