/** One part of the log: frames end to end on a tape, and where to find the versions in them. */
import { ControlError } from '@muster/base/errors.ts'
import { checksumHolds, decodeFrame, FRAME_HEADER_BYTES, readFrameHeader, sealFrame } from '../codec.ts'
import { type StoredVersion, versionsOf } from '../record.ts'
import type { Revision } from '../store.ts'
import type { Tape } from './tape.ts'

interface FramePlace {
  readonly first: Revision
  readonly offset: number
}

export class Segment {
  readonly tape: Tape
  /** Where the next frame goes. */
  end = 0
  /** Frames that hold versions, in order. */
  readonly #places: FramePlace[] = []

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
    this.#advance(frame)
  }

  /** Every frame, in order, which finds `end`. Throws StorageRefused at a damaged one. */
  *frames(): Generator<Buffer, void, undefined> {
    this.#places.length = 0
    this.end = 0
    while (this.hasRoom(FRAME_HEADER_BYTES)) {
      const frame = this.#frameAt(this.end)
      if (!frame) return
      if (!checksumHolds(frame)) throw damaged(this.end)
      this.#advance(frame)
      yield frame
    }
  }

  /** Finds `end` by walking all frames. */
  walk(): void {
    for (const _ of this.frames()) {
      // Walking is all.
    }
  }

  /** The versions at these ascending revisions, as far as they are here. */
  versions(revisions: readonly Revision[]): StoredVersion[] {
    const found: StoredVersion[] = []
    let place: FramePlace | undefined
    let versions = new Map<Revision, StoredVersion>()
    for (const revision of revisions) {
      const wanted = this.#placeOf(revision)
      if (wanted && wanted !== place) {
        place = wanted
        const frame = this.#frameAt(place.offset)
        versions = new Map(frame ? decodeFrame(frame).flatMap(versionsOf) : [])
      }
      const version = versions.get(revision)
      if (version) found.push(version)
    }
    return found
  }

  #advance(frame: Buffer): void {
    const { firstRevision: first } = readFrameHeader(frame)
    if (first > 0) this.#places.push({ first, offset: this.end })
    this.end += frame.length
  }

  #frameAt(offset: number): Buffer | undefined {
    const { payloadBytes } = readFrameHeader(this.tape.read(offset, FRAME_HEADER_BYTES))
    if (payloadBytes === 0) return undefined
    const frameBytes = FRAME_HEADER_BYTES + payloadBytes
    if (offset + frameBytes > this.tape.capacity) throw damaged(offset)
    return this.tape.read(offset, frameBytes)
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

const damaged = (offset: number) =>
  new ControlError('StorageRefused', `the frame at byte ${offset} of the tape is damaged`)
