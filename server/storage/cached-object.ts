/** An object in memory, and what selectors may ask of it, which is worked out when somebody asks. */
import { assert } from '@muster/base/errors.ts'
import type { Entry } from '@muster/store/store.ts'
import { parseKey } from './key.ts'
import type { Attributes, AttributesOf } from './selection.ts'
import { parseObject, type StoredObject, storedObject } from './stored-object.ts'

/** One version of an object. Watches and lists of it share what was worked out. */
export interface CachedObject extends StoredObject {
  attributes: Attributes | undefined
}

/** An entry of the store, nothing worked out yet; undefined for what is no object. */
export function cachedObject(entry: Entry): CachedObject | undefined {
  const stored = parseKey(entry.key) && storedObject(entry)
  if (!stored) return undefined
  const { key, bytes, revision, createRevision, metadataAt } = stored
  return { key, bytes, revision, createRevision, metadataAt, attributes: undefined }
}

/** What selectors may ask of it. Parses the object the first time. */
export function attributesOf(object: CachedObject, workOut: AttributesOf): Attributes {
  if (object.attributes) return object.attributes
  const key = parseKey(object.key)
  assert(key, 'what is cached is an object')
  const attributes = workOut(parseObject(object), key)
  object.attributes = attributes
  return attributes
}
