/**
 * An object as it is kept: bytes of JSON that are made once, at the write, and served for as long as they are true.
 *
 *     kept     {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1", ... },"spec":{ ... }}
 *     served   {"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"7","name":"web-1", ... },"spec":{ ... }}
 *                                                         └── metadataAt
 *
 * The resourceVersion is not kept: it is the revision of the write, which is not known when the bytes are made. It is
 * spliced in where they are served, at the place after the first brace of metadata, which costs as much as copying.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { freeze } from '@muster/base/intern.ts'
import type { Entry, Revision } from '@muster/store/store.ts'

/** One version of one object. The bytes are shared: nobody may change them. */
export interface StoredObject {
  readonly key: string
  /** JSON without a resourceVersion. */
  readonly bytes: Uint8Array
  /** Its resourceVersion. 0 for an object that was not written: a dry run. */
  readonly revision: Revision
  readonly createRevision: Revision
  /** Where in the bytes the fields of metadata begin. */
  readonly metadataAt: number
}

const METADATA = '"metadata":{'
const BARE_START = `{${METADATA}`
const encoder = new TextEncoder()

/** What is kept of an object: all of it but resourceVersion and selfLink, its type and metadata first. */
export function encodeObject(object: KubeObject): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object
  const { resourceVersion: _version, selfLink: _link, ...kept } = metadata
  return encoder.encode(JSON.stringify({ kind, apiVersion, metadata: kept, ...rest }))
}

/**
 * An entry of the store as an object. Bytes that were not made by {@link encodeObject} are made anew; undefined when
 * they are those of no object: somebody has put them there by hand.
 */
export function storedObject({ key, value, revision, createRevision }: Entry): StoredObject | undefined {
  const bytes = findMetadata(value) > 0 ? value : encodeAnew(value)
  return bytes && storedVersion({ key, bytes, revision, createRevision })
}

/** A version whose bytes {@link encodeObject} has made. */
export const storedVersion = ({
  key,
  bytes,
  revision,
  createRevision,
}: Omit<StoredObject, 'metadataAt'>): StoredObject => ({
  key,
  bytes,
  revision,
  createRevision,
  metadataAt: findMetadata(bytes),
})

/** The object as its reader may have it: parsed anew, so that it may be changed, with its resourceVersion. */
export function parseObject({ bytes, revision }: StoredObject): KubeObject {
  const object = parseBytes(bytes)
  if (revision > 0) object.metadata.resourceVersion = String(revision)
  return object
}

/** The object as all who only look at it may have it: parsed once for each version, and frozen. */
export function sharedObject(stored: StoredObject): KubeObject {
  const object = shared.get(stored) ?? freeze(parseObject(stored))
  shared.set(stored, object)
  return object
}

const shared = new WeakMap<StoredObject, KubeObject>()

/** The object of bytes that {@link encodeObject} has made, which has no revision yet. */
export const parseBytes = (bytes: Uint8Array): KubeObject => JSON.parse(asText(bytes))

/** The object as it was, at another revision: a deletion is told with the revision of the delete. */
export const atRevision = (object: StoredObject, revision: Revision): StoredObject => ({ ...object, revision })

/** The most bytes that {@link writeJson} writes for an object. */
export const jsonBytesMax = ({ bytes }: StoredObject): number => bytes.length + VERSION_BYTES_MAX

/** `"resourceVersion":"","` and sixteen digits. */
const VERSION_BYTES_MAX = 40

/**
 * Writes the object as it is served, at an offset, and answers where it ends. Without its type when `bare`: in the
 * lists of built-in kinds Kubernetes leaves kind and apiVersion out.
 */
export function writeJson(target: Buffer, at: number, object: StoredObject, bare = false): number {
  const { bytes, metadataAt, revision } = object
  const comma = bytes[metadataAt] === CLOSING_BRACE ? '' : ','
  const version = revision > 0 ? `"resourceVersion":"${revision}"${comma}` : ''
  // Characters one by one, and the rest in one copy: for so few bytes a call costs more than they do.
  if (bare) {
    const end = writeAscii(target, writeAscii(target, at, BARE_START), version)
    target.set(bytes.subarray(metadataAt), end)
    return end + bytes.length - metadataAt
  }
  target.set(bytes, at + version.length)
  for (let index = 0; index < metadataAt; index++) target[at + index] = bytes[index] ?? 0
  writeAscii(target, at + metadataAt, version)
  return at + version.length + bytes.length
}

function writeAscii(target: Buffer, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) target[at + index] = text.charCodeAt(index)
  return at + text.length
}

/** The object as it is served, in bytes of its own. */
export function objectJson(object: StoredObject): Uint8Array {
  const target = Buffer.allocUnsafe(jsonBytesMax(object))
  return target.subarray(0, writeJson(target, 0, object))
}

function encodeAnew(value: Uint8Array): Uint8Array | undefined {
  try {
    const bytes = encodeObject(JSON.parse(asText(value)))
    return findMetadata(bytes) > 0 ? bytes : undefined
  } catch {
    return undefined
  }
}

const QUOTE = 0x22
const CLOSING_BRACE = 0x7d
const BACKSLASH = 0x5c

const KIND = '{"kind":"'
const API_VERSION = '","apiVersion":"'
const METADATA_FOLLOWS = `",${METADATA}`

/** Where the fields of metadata begin, in the form that {@link encodeObject} makes; 0 for any other. */
function findMetadata(bytes: Uint8Array): number {
  let at = 0
  for (const word of [KIND, API_VERSION]) {
    if (!hasAt(bytes, at, word)) return 0
    at += word.length
    while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  }
  return hasAt(bytes, at, METADATA_FOLLOWS) ? at + METADATA_FOLLOWS.length : 0
}

function hasAt(bytes: Uint8Array, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word.charCodeAt(index)) return false
  return true
}

/** Bytes as text, without a copy first. */
const asText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
