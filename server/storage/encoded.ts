/** Objects in forms that cost something to make, such as protobuf or another version: made once, and kept for a while. */
import type { StoredObject } from './stored-object.ts'

/** A form of an object. */
export interface ObjectEncoding {
  /** Names everything that the bytes depend on: media type, version, schema generation, shape. */
  readonly key: string
  readonly encode: (object: StoredObject) => Uint8Array
}

/** What the encoded objects may take in memory, twice: the younger half, and the older. */
export const ENCODED_BYTES_MAX = 64 * 1024 * 1024

/** One for each server. Two generations: the older is forgotten whole when the younger is full. */
export class EncodedObjects {
  readonly #bytesMax: number
  #younger = new Map<string, WeakMap<StoredObject, Uint8Array>>()
  #older = new Map<string, WeakMap<StoredObject, Uint8Array>>()
  #bytes = 0

  constructor(bytesMax = ENCODED_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** The object in a form. It is kept as long as this very version of it is. */
  bytesOf(object: StoredObject, { key, encode }: ObjectEncoding): Uint8Array {
    const known = this.#younger.get(key)?.get(object)
    if (known) return known
    const bytes = this.#older.get(key)?.get(object) ?? encode(object)
    this.#keep(object, key, bytes)
    return bytes
  }

  #keep(object: StoredObject, key: string, bytes: Uint8Array): void {
    if (this.#bytes + bytes.length > this.#bytesMax) {
      this.#older = this.#younger
      this.#younger = new Map()
      this.#bytes = 0
    }
    this.#bytes += bytes.length
    const kept = this.#younger.get(key)
    if (kept) kept.set(object, bytes)
    else this.#younger.set(key, new WeakMap([[object, bytes]]))
  }
}
