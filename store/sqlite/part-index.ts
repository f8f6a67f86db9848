/**
 * Where the commits of one part are, so that a version of the past costs one small read.
 *
 *     revision     │   1   │   4   │   5   │  ...        the first of each commit
 *     offset       │  16   │  310  │  702  │  ...        on the tape
 *
 * In memory, twelve bytes for each commit: made as frames are written, and again from all of them at opening, when every
 * byte is looked at anyway.
 */
import { eachCommit } from '../codec.ts'
import type { Revision } from '../store.ts'

/** As it goes from one thread to another. */
export interface PartIndexContents {
  readonly firsts: Float64Array<ArrayBuffer>
  readonly offsets: Uint32Array<ArrayBuffer>
  /** Where the last frame ends. */
  readonly end: number
}

/** What of it is moved to the other thread rather than copied. */
export const transferOf = ({ firsts, offsets }: PartIndexContents): ArrayBuffer[] => [firsts.buffer, offsets.buffer]

/** Commits there is room for at first; twice as many whenever they are full. */
const COMMITS_AT_FIRST = 256

/** The index of one part. */
export class PartIndex {
  /** Where the last frame ends, and the next one goes. */
  end = 0
  #count = 0
  #firsts = new Float64Array(COMMITS_AT_FIRST)
  #offsets = new Uint32Array(COMMITS_AT_FIRST)

  static from({ firsts, offsets, end }: PartIndexContents): PartIndex {
    const index = new PartIndex()
    index.#firsts = firsts
    index.#offsets = offsets
    index.#count = firsts.length
    index.end = end
    return index
  }

  /** No larger than it must be. */
  contents(): PartIndexContents {
    return { firsts: this.#firsts.slice(0, this.#count), offsets: this.#offsets.slice(0, this.#count), end: this.end }
  }

  /** Takes in the frame that comes next on the tape. */
  add(frame: Buffer): void {
    eachCommit(frame, (first, offset) => this.#addCommit(first, this.end + offset))
    this.end += frame.length
  }

  /** The place of the commit that a revision is in, if it is in any of this part. */
  placeOf(revision: Revision): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#firsts[middle] ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Where the commit at a place begins, and where it has ended: what lies between it and the next one is counted in. */
  bounds(place: number): { readonly from: number; readonly to: number } {
    const next = place + 1 < this.#count ? this.#offsets[place + 1] : undefined
    return { from: this.#offsets[place] ?? 0, to: next ?? this.end }
  }

  #addCommit(first: Revision, offset: number): void {
    if (this.#count === this.#firsts.length) {
      const [firsts, offsets] = [this.#firsts, this.#offsets]
      const room = Math.max(COMMITS_AT_FIRST, this.#count * 2)
      this.#firsts = new Float64Array(room)
      this.#offsets = new Uint32Array(room)
      this.#firsts.set(firsts)
      this.#offsets.set(offsets)
    }
    this.#firsts[this.#count] = first
    this.#offsets[this.#count] = offset
    this.#count++
  }
}
