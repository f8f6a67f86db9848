/** Why a patch cannot be done, in the words of apimachinery pkg/util/mergepatch and strategicpatch. */
import type { ControlError } from '@muster/base/errors.ts'
import { goPlain } from '../go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { badRequest } from '../status.ts'

/** 400. (Kubernetes answers 500 for many of these, which says that the server is at fault; it is not.) */
export const badPatch = (why: string): ControlError => badRequest(why)

/** An item of a list has no value for the key by which the list is merged. */
export const noMergeKey = (item: JsonObject, mergeKey: string): ControlError =>
  badPatch(`map: ${goPlain(item)} does not contain declared merge key: ${mergeKey}`)

/** `$patch` says what it cannot say there. */
export const badPatchType = (directive: Json, item: JsonObject): ControlError => {
  const said = typeof directive === 'string' ? directive : `%!s(${goType(directive)}=${goPlain(directive)})`
  return badPatch(`unknown patch type: ${said} in map: ${goPlain(item)}`)
}

/** A value is of another type than its place. */
export const badType = (expected: 'object' | 'list', actual: Json | undefined): ControlError => {
  const received = actual === null || actual === undefined ? '%!s(<nil>)' : goType(actual)
  return badPatch(`expected a ${expected === 'object' ? OBJECT : LIST}, but received a ${received}`)
}

/** The Go type of a parsed value, where whole numbers are kept apart from others. */
export function goType(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return LIST
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'object' ? OBJECT : 'string'
}

const OBJECT = 'map[string]interface {}'
const LIST = '[]interface {}'
