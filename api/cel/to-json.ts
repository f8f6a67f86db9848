/**
 * What an expression came to, as JSON: for those that make objects or parts of them.
 * Source: apiserver pkg/cel/mutation/dynamic/objects.go; cel-go common/types, the conversions to JSON.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { Json, JsonObject } from '../object.ts'
import { isTagged, itemsOf, type Structure, type Value } from './value.ts'

/** The JSON of a value. Throws Invalid for what JSON has nothing for: a key that is no text, a value of a library. */
export function toJson(value: Value): Json {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint8Array) return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''))
  if (!isTagged(value)) return value
  switch (value.cel) {
    case 'uint':
      return Number(value.value)
    case 'list':
      return itemsOf(value).map(toJson)
    case 'map':
      return Object.fromEntries(value.keys().map((key) => [keyOf(key), toJson(value.get(key) ?? null)]))
    case 'object':
      return objectToJson(value)
    default:
      throw new ControlError('Invalid', `a value of type ${value.cel} cannot be made JSON`)
  }
}

/** The JSON of an object that an expression made. Throws as {@link toJson}. */
export const objectToJson = (value: Structure): JsonObject =>
  Object.fromEntries(value.fields().map((field) => [field, toJson(value.get(field) ?? null)]))

function keyOf(key: Value): string {
  if (typeof key === 'string') return key
  throw new ControlError('Invalid', `map key "${String(key)}" is not string`)
}

/**
 * Where the names of the types in an object are not those of its fields, as `Object.spec.wrong` in the field `selector`
 * of `Object.spec`. `path` is the name that its own type must have.
 */
export function misnamedTypes(value: Value, path: string): string[] {
  if (!isTagged(value)) return []
  switch (value.cel) {
    case 'object': {
      const own =
        value.name === path
          ? []
          : [
              `unexpected type name "${value.name}", expected "${path}", which matches field name path from root Object type`,
            ]
      const below = value.fields().flatMap((field) => misnamedTypes(value.get(field) ?? null, `${path}.${field}`))
      return [...own, ...below]
    }
    case 'list':
      return itemsOf(value).flatMap((item) => misnamedTypes(item, path))
    case 'map':
      return value.keys().flatMap((key) => misnamedTypes(value.get(key) ?? null, path))
    default:
      return []
  }
}
