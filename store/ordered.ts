/** Keys in byte order, each with its versions. Looked up by name in one step; walked from any key on. */
import BTree from 'sorted-btree'
import { toByteText } from './keys.ts'
import type { Entry, Revision } from './store.ts'

/** One key: what it is, and which versions of it are kept. */
export interface KeyState {
  readonly key: string
  /** Revisions of the retained versions, ascending in size; a deletion is negative. */
  revisions: number[]
  /** The newest version, when it is not a deletion. */
  live: Entry | undefined
}

/** All keys of a store. */
export class Ordered {
  // The tree alone would do, at the price of a dozen string comparisons for each guard and each write.
  readonly #byName = new Map<string, KeyState>()
  readonly #byOrder = new BTree.default<string, KeyState>(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0))

  get size(): number {
    return this.#byName.size
  }

  get(key: string): KeyState | undefined {
    return this.#byName.get(key)
  }

  getOrAdd(key: string): KeyState {
    const known = this.#byName.get(key)
    if (known) return known
    const state: KeyState = { key, revisions: [], live: undefined }
    this.#byName.set(key, state)
    this.#byOrder.set(toByteText(key), state)
    return state
  }

  delete(key: string): void {
    this.#byName.delete(key)
    this.#byOrder.delete(toByteText(key))
  }

  /** Every state as of now, in byte order; it may be changed while the list is walked. */
  all(): readonly KeyState[] {
    return this.#byOrder.valuesArray()
  }

  /** States from a byte text on, for as long as their key starts with `prefix`. Do not add or delete while walking. */
  *from(start: string, prefix: string): Generator<KeyState, void, undefined> {
    for (const [, state] of this.#byOrder.entries(start)) {
      if (!state.key.startsWith(prefix)) return
      yield state
    }
  }
}

/** The index of the newest version at or below a revision; -1 when there is none. */
export function olderIndex({ revisions }: KeyState, at: Revision): number {
  let low = 0
  let high = revisions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Math.abs(revisions[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The newest version at or below a revision: negative for a deletion, 0 when there is none. */
export const newestAt = (state: KeyState, at: Revision): number => state.revisions[olderIndex(state, at)] ?? 0
