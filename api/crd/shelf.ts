/**
 * What can be made again from a text, and is kept for as long as there is room: the schemas of custom resources. A fleet
 * has thousands of kinds, of which a few are busy; the others cost no more than their text.
 */

/** Things that were made, the longest unused of which is given up first. */
export interface Shelf {
  /** What was made for a key, made now if it is not there. `size` is in characters of the text that it is made from. */
  take<Thing>(key: ShelfKey<Thing>, size: number, make: () => Thing): Thing
  /** The characters of what is there. */
  readonly size: number
}

/** Names one thing on a shelf. Each call of {@link shelfKey} is another. */
export type ShelfKey<Thing> = { readonly thing?: Thing }

/** A key that no other is equal to. */
export const shelfKey = <Thing>(): ShelfKey<Thing> => ({})

/** A shelf with room for so many characters. What alone is larger is there until the next is taken. */
export function createShelf(sizeMax: number): Shelf {
  // In the order of their last use.
  const kept = new Map<object, { readonly thing: unknown; readonly size: number }>()
  let total = 0
  return {
    get size() {
      return total
    },
    take<Thing>(key: ShelfKey<Thing>, size: number, make: () => Thing): Thing {
      const found = kept.get(key)
      kept.delete(key)
      const entry = found ?? { thing: make(), size }
      kept.set(key, entry)
      if (!found) total += size
      for (const [other, { size: freed }] of kept) {
        if (total <= sizeMax || other === key) break
        kept.delete(other)
        total -= freed
      }
      return entry.thing as Thing
    },
  }
}
