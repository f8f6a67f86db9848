/** Whole objects, where the typed walk meets the rest of the API. */
import { assert } from '@muster/base/errors.ts'
import type { Json, JsonObject, KubeObject, ManagedFieldsEntry } from '../object.ts'
import { copyJson, isObject } from '../schema/json.ts'

/** The same object as the walk sees it: JSON like any other. */
export function asJson(object: KubeObject): JsonObject {
  assert(isObject(object), 'an object is a JSON object')
  return object
}

/** What the walk made of an object, which is an object still: nothing takes its type and metadata away. */
export function asObject(json: Json): KubeObject {
  assert(isKubeObject(json), 'a merged object has a type and metadata')
  return json
}

const isKubeObject = (json: unknown): json is JsonObject & KubeObject =>
  isObject(json) && typeof json.apiVersion === 'string' && typeof json.kind === 'string' && isObject(json.metadata)

/** The object without its managedFields, which are about the object and not in it; the very object when it has none. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata
  return managedFields === undefined ? object : { ...object, metadata }
}

/** A copy that shares nothing with the original. */
export const copyObject = (object: KubeObject): KubeObject => asObject(copyJson(asJson(object)))

/** A copy that shares nothing with the original, with these managedFields. */
export function copyWithManagedFields(object: KubeObject, entries: ManagedFieldsEntry[] | undefined): KubeObject {
  const copy = copyObject(withoutManagedFields(object))
  if (entries !== undefined) copy.metadata.managedFields = entries
  return copy
}

/** An object of which nothing is known but its type: what is there before it is created. */
export const nothingOf = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): KubeObject => ({
  apiVersion,
  kind,
  metadata: {},
})
