/** The words with which a strategic merge patch says more than values can. Source: apimachinery pkg/util/strategicpatch. */
import type { Json, JsonObject } from '../object.ts'
import { isObject, ownValue, setOwn } from '../schema/json.ts'
import { badPatch } from './refusals.ts'

/** In an object: `replace` or `delete`; in an item of a list also the end of the whole list. */
export const PATCH = '$patch'
/** In an object: which of its fields stay. */
export const RETAIN_KEYS = '$retainKeys'
/** Before `/` and the name of a list of scalars: which of them go. */
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
/** Before `/` and the name of a list: in which order its items stand. */
export const ELEMENT_ORDER = '$setElementOrder'

/** The name of the list that a directive is about. Throws BadRequest for a directive that names none. */
export function listOfDirective(directive: string, field: string): string {
  const [word, ...rest] = field.split('/')
  if (word === directive && rest.length > 0) return rest.join('/')
  throw badPatch(
    directive === DELETE_FROM_LIST
      ? 'invalid patch format of primitive list'
      : 'invalid patch format of setElementOrder list',
  )
}

/** What a patch adds, without what it deletes. Undefined when it is itself a directive: then nothing is added. */
export function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (Object.hasOwn(value, PATCH)) return undefined
  const kept: JsonObject = {}
  for (const field of Object.keys(value)) {
    const held = withoutDirectives(value[field] ?? null)
    if (held !== undefined) setOwn(kept, field, held)
  }
  return kept
}

/** The value without the fields that are null: in what is new there is nothing that they could delete. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const field of Object.keys(value)) {
    const held = value[field] ?? null
    if (held !== null) setOwn(kept, field, withoutNulls(held))
  }
  return kept
}

/** Takes from the object what `$retainKeys` does not name, and the directive from the patch. Throws BadRequest. */
export function applyRetainKeys(object: JsonObject, patch: JsonObject): void {
  const retained = ownValue(patch, RETAIN_KEYS)
  if (retained === undefined) return
  delete patch[RETAIN_KEYS]
  if (!Array.isArray(retained)) throw badPatch('invalid patch format of retainKeys')
  const names = new Set(retained)
  for (const field of Object.keys(patch)) {
    if (patch[field] === null || field.startsWith(DELETE_FROM_LIST) || field.startsWith(ELEMENT_ORDER)) continue
    if (!names.has(field)) throw badPatch('invalid patch format of retainKeys')
  }
  for (const field of Object.keys(object)) if (!names.has(field)) delete object[field]
}
