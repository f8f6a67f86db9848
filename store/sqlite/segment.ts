/** One part of the log: frames end to end on a tape, and where to find the versions in them. */
import { ControlError } from '@muster/base/errors.ts'
import {
  type CommitPlaces,
  checksumHolds,
  commitPlaces,
  FRAME_HEADER_BYTES,
  readFrameHeader,
  sealFrame,
  versionsInCommit,
} from '../codec.ts'
import type { StoredVersion } from '../record.ts'
import type { Revision } from '../store.ts'
import type { Tape } from './tape.ts'

interface FramePlace {
  readonly first: Revision
  readonly offset: number
}

/** A part that is open, for writing or for reading. */
export class Segment {
  readonly tape: Tape
  /** Where the next frame goes. */
  end = 0
  /** Frames that hold versions, in order. */
  readonly #places: FramePlace[] = []
  /** Where the commits of a frame are, by its offset: of frames that were asked for. */
  readonly #commits = new Map<number, CommitPlaces>()
  #remembered = 0

  constructor(tape: Tape) {
    this.tape = tape
  }

  hasRoom(frameBytes: number): boolean {
    return this.end + frameBytes <= this.tape.capacity
  }

  /** Makes a frame durable. Throws what SQLite throws. */
  append(frame: Buffer): void {
    sealFrame(frame)
    this.tape.append(this.end, frame)
    this.#advance(frame, frame.length)
  }

  /** Every frame, in order, which finds `end`; each is put where `allot` says. Throws StorageRefused at a damaged one. */
  *frames(allot: (bytes: number) => Buffer = Buffer.allocUnsafe): Generator<Buffer, void, undefined> {
    this.#places.length = 0
    this.end = 0
    while (this.hasRoom(FRAME_HEADER_BYTES)) {
      const frame = this.#frameAt(this.end, allot)
      if (!frame) break
      if (!checksumHolds(frame)) throw damaged(this.end)
      this.#advance(frame, frame.length)
      yield frame
    }
    // A header that was wiped out would look like the end. A part that was never taken into use is not blank yet.
    if (this.end > 0 && !this.tape.isBlankFrom(this.end)) throw damaged(this.end)
  }

  /** Finds `end` and the places of the frames by their headers alone. */
  walk(): void {
    this.#places.length = 0
    this.end = 0
    while (this.hasRoom(FRAME_HEADER_BYTES)) {
      const header = this.tape.read(this.end, FRAME_HEADER_BYTES)
      const { payloadBytes } = readFrameHeader(header)
      if (payloadBytes === 0) return
      this.#advance(header, FRAME_HEADER_BYTES + payloadBytes)
    }
  }

  /** The versions at these ascending revisions, as far as they are here. */
  versions(revisions: readonly Revision[]): StoredVersion[] {
    const found: StoredVersion[] = []
    for (let at = 0; at < revisions.length; ) {
      const place = this.#placeOf(revisions[at] ?? (0 as Revision))
      const from = at++
      while (at < revisions.length && this.#placeOf(revisions[at] ?? (0 as Revision)) === place) at++
      if (place) found.push(...this.#versionsIn(place, revisions.slice(from, at)))
    }
    return found
  }

  /** Of one frame: only the commits that they are in are read, once it is known where those are. */
  #versionsIn({ offset }: FramePlace, revisions: readonly Revision[]): StoredVersion[] {
    let commits = this.#commits.get(offset)
    const frame = !commits || revisions.length > SINGLE_READS_MAX ? this.#frameAt(offset) : undefined
    if (!commits) {
      if (!frame) return []
      commits = commitPlaces(frame)
      this.#remember(offset, commits)
    }
    const wanted = new Set(revisions)
    const { firsts, froms, tos } = commits
    const asked = new Set(revisions.map((revision) => lastAtOrBelow(firsts, revision)))
    return [...asked].flatMap((index) => {
      const [from, to] = [froms[index], tos[index]]
      if (from === undefined || to === undefined) return []
      const bytes = frame ? frame.subarray(from, to) : this.tape.read(offset + from, to - from)
      return versionsInCommit(bytes, wanted)
    })
  }

  #remember(offset: number, commits: CommitPlaces): void {
    if (this.#remembered + commits.firsts.length > COMMITS_REMEMBERED_MAX) {
      this.#commits.clear()
      this.#remembered = 0
    }
    this.#commits.set(offset, commits)
    this.#remembered += commits.firsts.length
  }

  #advance(header: Buffer, frameBytes: number): void {
    const { firstRevision: first } = readFrameHeader(header)
    if (first > 0) this.#places.push({ first, offset: this.end })
    this.end += frameBytes
  }

  #frameAt(offset: number, allot?: (bytes: number) => Buffer): Buffer | undefined {
    const { payloadBytes } = readFrameHeader(this.tape.read(offset, FRAME_HEADER_BYTES))
    if (payloadBytes === 0) return undefined
    const frameBytes = FRAME_HEADER_BYTES + payloadBytes
    if (offset + frameBytes > this.tape.capacity) throw damaged(offset)
    return this.tape.read(offset, frameBytes, allot?.(frameBytes))
  }

  #placeOf(revision: Revision): FramePlace | undefined {
    let low = 0
    let high = this.#places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#places[middle]?.first ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#places[low - 1]
  }
}

/** Of one part: sixteen bytes each, so at most four megabytes for one of the largest parts. */
const COMMITS_REMEMBERED_MAX = 262_144

/** For more commits than this the whole frame is read at once: the pages that they lie on are mostly all of it. */
const SINGLE_READS_MAX = 16

/** The index of the last number that is not above a revision; -1 when all are. */
function lastAtOrBelow(firsts: Float64Array, revision: Revision): number {
  let low = 0
  let high = firsts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((firsts[middle] ?? 0) <= revision) low = middle + 1
    else high = middle
  }
  return low - 1
}

const damaged = (offset: number) =>
  new ControlError('StorageRefused', `the frame at byte ${offset} of the tape is damaged`)
