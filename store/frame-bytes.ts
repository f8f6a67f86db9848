/** The bytes of a frame, written and read one number or text after the other. What they mean is in codec.ts. */
import type { Revision } from './store.ts'

/** What stands before the records of a frame. */
export const FRAME_HEADER_BYTES = 16

/**
 * What a frame is read for. `all`: values are views of it, which keep all of it in memory. `replay`: values are copies,
 * to be kept; and causes, which nobody keeps in memory, are left out.
 */
export type ReadFor = 'all' | 'replay'

/** Texts up to this length are written faster than Buffer can be called, when they are ASCII. */
const SHORT_TEXT = 64

/** A moving position in a buffer that is known to be large enough. */
export class FrameWriter {
  readonly #buffer: Buffer
  // Compiled to single instructions, unlike the methods of Buffer.
  readonly #view: DataView
  #at = FRAME_HEADER_BYTES

  constructor(buffer: Buffer) {
    this.#buffer = buffer
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value
  }

  word(value: number): void {
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  number(value: number): void {
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  text(value: string): void {
    const from = this.#at + 2
    const length = this.#writeShort(value, from) ? value.length : this.#buffer.write(value, from, 'utf8')
    this.#view.setUint16(this.#at, length, true)
    this.#at = from + length
  }

  /** False, and nothing of it counts, when it is long or not ASCII. */
  #writeShort(value: string, from: number): boolean {
    if (value.length > SHORT_TEXT) return false
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at)
      if (unit > 0x7f) return false
      this.#buffer[from + at] = unit
    }
    return true
  }

  bytes(value: Uint8Array): void {
    this.word(value.length)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
  }

  json(value: unknown): void {
    this.bytes(Buffer.from(JSON.stringify(value)))
  }

  finish(firstRevision: Revision): number {
    this.#view.setUint32(0, this.#at - FRAME_HEADER_BYTES, true)
    this.#view.setUint32(4, 0, true)
    this.#view.setFloat64(8, firstRevision, true)
    return this.#at
  }
}

/** A moving position in a frame whose checksum held. */
export class FrameReader {
  readonly #buffer: Buffer
  // Compiled to single instructions, unlike the methods of Buffer.
  readonly #view: DataView
  readonly #isReplay: boolean
  at = FRAME_HEADER_BYTES

  constructor(frame: Buffer, readFor: ReadFor = 'all') {
    this.#buffer = frame
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.length)
    this.#isReplay = readFor === 'replay'
  }

  atEnd(): boolean {
    return this.at === this.#buffer.length
  }

  byte(): number {
    return this.#view.getUint8(this.at++)
  }

  word(): number {
    this.at += 4
    return this.#view.getUint32(this.at - 4, true)
  }

  number(): number {
    this.at += 8
    return this.#view.getFloat64(this.at - 8, true)
  }

  skipText(): void {
    this.at += 2 + this.#view.getUint16(this.at, true)
  }

  text(): string {
    const from = this.at + 2
    this.skipText()
    return this.#buffer.toString('utf8', from, this.at)
  }

  /** A text that replay does without. */
  spareText(): string {
    if (!this.#isReplay) return this.text()
    this.skipText()
    return ''
  }

  json() {
    const bytes = this.bytes()
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
  }

  bytes(): Uint8Array {
    const from = this.at + 4
    const to = from + this.word()
    this.at = to
    if (!this.#isReplay) return this.#buffer.subarray(from, to)
    const own = Buffer.allocUnsafe(to - from)
    this.#buffer.copy(own, 0, from, to)
    return own
  }
}
