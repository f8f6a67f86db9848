/** Decides what compaction does with the sealed parts of the log. Pure. */
import type { Part } from './manifest.ts'
import type { Merge } from './messages.ts'

/** What is known of a part without opening it. */
export interface PartFacts {
  readonly part: Part
  /** The first and last revision in it; 0 when there is none. */
  first: number
  last: number
  /** How many versions it holds, wanted or not. */
  versions: number
  bytes: number
}

/** What is to be done, in one change. */
export interface Thinning {
  readonly merges: readonly Merge[]
  readonly drops: readonly Part[]
}

/** A part is copied once at most half of it is wanted, so that copying never writes more than it frees. */
const WANTED_MAX = 1 / 2

/**
 * Parts wholly below the horizon that hold nothing wanted are dropped. Neighbours that hold little are merged, each
 * merge no larger than a part may be. `kept` are the wanted revisions below the horizon, ascending.
 */
export function chooseThinning(
  parts: readonly PartFacts[],
  horizon: number,
  kept: Float64Array,
  bytesMax: number,
): Thinning {
  const drops: Part[] = []
  const merges: { sources: Part[]; revisions: number[] }[] = []
  let mergeBytes = 0
  let open: { sources: Part[]; revisions: number[] } | undefined
  for (const facts of parts) {
    if (facts.last >= horizon) break
    const wanted = between(kept, facts.first, facts.last)
    if (wanted.length === 0) {
      drops.push(facts.part)
      continue
    }
    if (wanted.length > facts.versions * WANTED_MAX) {
      open = undefined
      continue
    }
    const bytes = (facts.bytes * wanted.length) / facts.versions
    if (!open || mergeBytes + bytes > bytesMax) {
      open = { sources: [], revisions: [] }
      merges.push(open)
      mergeBytes = 0
    }
    open.sources.push(facts.part)
    for (const revision of wanted) open.revisions.push(revision)
    mergeBytes += bytes
  }
  return {
    drops,
    merges: merges.map(({ sources, revisions }) => ({ sources, revisions: Float64Array.from(revisions) })),
  }
}

function between(sorted: Float64Array, first: number, last: number): Float64Array {
  return sorted.subarray(firstAtOrAbove(sorted, first), firstAtOrAbove(sorted, last + 1))
}

function firstAtOrAbove(sorted: Float64Array, revision: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < revision) low = middle + 1
    else high = middle
  }
  return low
}
