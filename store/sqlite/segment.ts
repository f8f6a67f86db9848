/** One part of the log: frames end to end on a tape, and where to find the versions in them. */
import { ControlError } from '@muster/base/errors.ts'
import { checksumHolds, readFrameHeader, sealFrame, versionsInCommit } from '../codec.ts'
import { FRAME_HEADER_BYTES } from '../frame-bytes.ts'
import type { StoredVersion } from '../record.ts'
import type { Revision } from '../store.ts'
import { PartIndex } from './part-index.ts'
import type { Tape } from './tape.ts'

/** A part that is open, for writing or for reading. */
export class Segment {
  readonly tape: Tape
  readonly index: PartIndex

  /** Without an index, `frames` must be gone through before any version is asked for. */
  constructor(tape: Tape, index: PartIndex = new PartIndex()) {
    this.tape = tape
    this.index = index
  }

  /** Makes a frame durable. Throws what SQLite throws. */
  append(frame: Buffer): void {
    sealFrame(frame)
    this.tape.append(this.index.end, frame)
    this.index.add(frame)
  }

  /** Every frame, in order; each is put where `allot` says, and in the index. Throws StorageRefused at a damaged one. */
  *frames(allot: (bytes: number) => Buffer = Buffer.allocUnsafe): Generator<Buffer, void, undefined> {
    const { tape, index } = this
    while (index.end + FRAME_HEADER_BYTES <= tape.capacity) {
      const frame = this.#frameAt(index.end, allot)
      if (!frame) break
      if (!checksumHolds(frame)) throw damaged(index.end)
      index.add(frame)
      yield frame
    }
    // A header that was wiped out would look like the end. A part that was never taken into use is not blank yet.
    if (index.end > 0 && !tape.isBlankFrom(index.end)) throw damaged(index.end)
  }

  /** The versions at these ascending revisions, as far as they are here. */
  versions(revisions: readonly Revision[]): StoredVersion[] {
    const found: StoredVersion[] = []
    for (let at = 0; at < revisions.length; ) {
      const place = this.index.placeOf(revisions[at] ?? (0 as Revision))
      const from = at++
      while (at < revisions.length && this.index.placeOf(revisions[at] ?? (0 as Revision)) === place) at++
      if (place < 0) continue
      const bounds = this.index.bounds(place)
      const commit = this.tape.read(bounds.from, bounds.to - bounds.from)
      found.push(...versionsInCommit(commit, new Set(revisions.slice(from, at))))
    }
    return found
  }

  #frameAt(offset: number, allot: (bytes: number) => Buffer): Buffer | undefined {
    const { payloadBytes } = readFrameHeader(this.tape.read(offset, FRAME_HEADER_BYTES))
    if (payloadBytes === 0) return undefined
    const frameBytes = FRAME_HEADER_BYTES + payloadBytes
    if (offset + frameBytes > this.tape.capacity) throw damaged(offset)
    return this.tape.read(offset, frameBytes, allot(frameBytes))
  }
}

const damaged = (offset: number) =>
  new ControlError('StorageRefused', `the frame at byte ${offset} of the tape is damaged`)
