/** The live objects of one resource in byte order of their keys, found by name in one step and counted by prefix. */
import { toByteText } from '@muster/store/keys.ts'
import BTree from 'sorted-btree'
import type { CachedObject } from './cached-object.ts'
import { clusterPrefixOf, namespacePrefixOf } from './key.ts'

/** Told whether to go on. */
export type Visit = (object: CachedObject) => 'next' | 'stop'

/** All objects of one resource, over all logical clusters. */
export class OrderedObjects {
  readonly #byKey = new Map<string, CachedObject>()
  readonly #byOrder = new BTree.default<string, CachedObject>(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0))
  /** How many there are in each namespace and each logical cluster, by prefix. */
  readonly #counts = new Map<string, number>()
  #bytes = 0

  get size(): number {
    return this.#byKey.size
  }

  /** What an object takes, in the mean; 0 when there are none. */
  get averageBytes(): number {
    return this.size === 0 ? 0 : this.#bytes / this.size
  }

  get(key: string): CachedObject | undefined {
    return this.#byKey.get(key)
  }

  /** Puts an object in, and answers what was there. */
  put(object: CachedObject): CachedObject | undefined {
    const { key } = object
    const before = this.#byKey.get(key)
    this.#byKey.set(key, object)
    this.#byOrder.set(toByteText(key), object)
    this.#bytes += object.bytes.length - (before?.bytes.length ?? 0)
    if (!before) this.#count(key, 1)
    return before
  }

  /** Takes an object out, and answers it. */
  delete(key: string): CachedObject | undefined {
    const before = this.#byKey.get(key)
    if (!before) return undefined
    this.#byKey.delete(key)
    this.#byOrder.delete(toByteText(key))
    this.#bytes -= before.bytes.length
    this.#count(key, -1)
    return before
  }

  clear(): void {
    this.#byKey.clear()
    this.#byOrder.clear()
    this.#counts.clear()
    this.#bytes = 0
  }

  /** How many keys start with the prefix of a namespace or a logical cluster; undefined for other prefixes. */
  countUnder(prefix: string): number {
    return this.#counts.get(prefix) ?? 0
  }

  /** Visits the objects under a prefix, which ends in a slash, from a key on. Nothing may be changed meanwhile. */
  visit(prefix: string, from: string | undefined, visit: Visit): void {
    const start = toByteText(prefix)
    const page = from === undefined ? start : toByteText(from)
    this.#byOrder.forRange(page < start ? start : page, endOf(start), false, (_key, object) =>
      visit(object) === 'stop' ? STOP : undefined,
    )
  }

  #count(key: string, by: number): void {
    for (const prefix of [namespacePrefixOf(key), clusterPrefixOf(key)]) {
      const count = (this.#counts.get(prefix) ?? 0) + by
      if (count === 0) this.#counts.delete(prefix)
      else this.#counts.set(prefix, count)
    }
  }
}

const STOP = { break: true }

/** The first text after all that start with a prefix that ends in a slash: a zero comes right after a slash. */
const endOf = (prefix: string): string => `${prefix.slice(0, -1)}0`
