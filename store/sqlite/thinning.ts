/** Decides what compaction does with the sealed parts of the log. */
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

/** A part, and which of its versions are wanted, in any order. */
export interface WantedPart {
  readonly facts: PartFacts
  readonly revisions: readonly number[]
}

/**
 * Parts that hold nothing wanted are dropped. Neighbours that hold little are merged, each merge no larger than a part
 * may be. All of these parts lie below the horizon.
 */
export function chooseThinning(parts: readonly WantedPart[], bytesMax: number): Thinning {
  const drops: Part[] = []
  const merges: { sources: Part[]; revisions: number[] }[] = []
  let mergeBytes = 0
  let open: { sources: Part[]; revisions: number[] } | undefined
  for (const { facts, revisions } of parts) {
    if (revisions.length === 0) {
      drops.push(facts.part)
      continue
    }
    if (revisions.length > facts.versions * WANTED_MAX) {
      open = undefined
      continue
    }
    const bytes = (facts.bytes * revisions.length) / facts.versions
    if (!open || mergeBytes + bytes > bytesMax) {
      open = { sources: [], revisions: [] }
      merges.push(open)
      mergeBytes = 0
    }
    open.sources.push(facts.part)
    for (const revision of revisions) open.revisions.push(revision)
    mergeBytes += bytes
  }
  return {
    drops,
    merges: merges.map(({ sources, revisions }) => ({ sources, revisions: new Float64Array(revisions) })),
  }
}

/** Revisions looked at between two pauses: about a millisecond. */
const REVISIONS_PER_SLICE = 16_384

/** Which versions are wanted of each of these parts, which are in the order of what they hold. Takes `pause` now and then. */
export async function wantedOf(
  parts: readonly PartFacts[],
  kept: Float64Array,
  pause: () => Promise<void>,
): Promise<WantedPart[]> {
  const wanted = parts.map((facts) => ({ facts, revisions: [] as number[] }))
  const holding = wanted.filter(({ facts }) => facts.versions > 0)
  for (let at = 0; at < kept.length; at++) {
    if (at % REVISIONS_PER_SLICE === REVISIONS_PER_SLICE - 1) await pause()
    const revision = kept[at] ?? 0
    const part = holding[firstReaching(holding, revision)]
    if (part && revision >= part.facts.first) part.revisions.push(revision)
  }
  return wanted
}

/** The index of the first part whose last revision is not below this one. */
function firstReaching(parts: readonly WantedPart[], revision: number): number {
  let low = 0
  let high = parts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((parts[middle]?.facts.last ?? 0) < revision) low = middle + 1
    else high = middle
  }
  return low
}
