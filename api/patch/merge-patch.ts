/**
 * Merge patch: objects are merged field by field, null deletes, everything else replaces.
 *
 * Source: RFC 7386, as the library of Kubernetes does it (evanphx/json-patch v4): in what is new, nulls are left out
 * inside of lists too; in a list that replaces an object they stay.
 */
import type { Json, JsonObject } from '../object.ts'
import { copyJson, isObject, ownValue, setOwn } from '../schema/json.ts'
import { withoutNulls } from './directives.ts'

/** The object that a patch makes of another; both are left as they are. */
export function applyMergePatch(object: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = {}
  for (const field of Object.keys(object)) {
    if (ownValue(patch, field) === undefined) setOwn(merged, field, copyJson(object[field] ?? null))
  }
  for (const field of Object.keys(patch)) {
    const change = patch[field] ?? null
    if (change !== null) setOwn(merged, field, mergeValue(ownValue(object, field) ?? null, change))
  }
  return merged
}

function mergeValue(value: Json, change: Json): Json {
  if (!isObject(value)) return withoutNulls(change)
  return isObject(change) ? applyMergePatch(value, change) : copyJson(change)
}
