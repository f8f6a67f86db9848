/** Many numbers into few. */

/** A growing list of numbers without an object each. */
export interface Samples {
  readonly count: number
  add(value: number): void
  clear(): void
  /** The numbers so far, smallest first. */
  sorted(): Float64Array
}

/** Starts empty, and doubles its room when that is used up. */
export function samples(): Samples {
  let values = new Float64Array(1 << 12)
  let count = 0
  return {
    get count() {
      return count
    },
    add(value) {
      if (count === values.length) {
        const larger = new Float64Array(values.length * 2)
        larger.set(values)
        values = larger
      }
      values[count++] = value
    },
    clear() {
      count = 0
    },
    sorted: () => values.slice(0, count).sort(),
  }
}

/** The same unit as the samples. */
export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** The middle, the 99th percentile (nearest rank) and the largest; zeros when there is nothing. */
export function spread(from: Samples): Spread {
  const sorted = from.sorted()
  return { p50: rank(sorted, 0.5), p99: rank(sorted, 0.99), max: rank(sorted, 1) }
}

/** The middle number, or the mean of the two in the middle. The list must not be empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

const rank = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
