/** Chance, as the rest of the code sees it: a stream of numbers fixed by its seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
}

/** Mulberry32: small, fast, not for secrets. Source: Tommy Ettinger, 2017, public domain. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
  }
}

/** A whole number in [low, high], both ends included. */
export const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random.next() * (high - low + 1))

/** True with the given probability, a number in [0, 1]. */
export const chance = (random: Random, probability: number): boolean => random.next() < probability

/** One of the items, each as likely as the others. The list must not be empty. */
export function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[between(random, 0, items.length - 1)] ?? items[0]
}

/** A stream of its own for one part of a run, so that a draw more in one part moves nothing in another. */
export const fork = (random: Random): Random => seededRandom(Math.floor(random.next() * 2 ** 32))
