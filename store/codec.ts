/**
 * Records as bytes. One group of records that became durable together is one frame:
 *
 *     0        4        8                   8 + length
 *     ┌────────┬────────┬───────────────────┐
 *     │ length │ CRC-32 │ records, one upon │      integers little-endian; revisions and times as doubles,
 *     │  u32   │ of them│ the other         │      which hold every integer below 2^53
 *     └────────┴────────┴───────────────────┘
 *
 * A length of 0 is the end of the log: files are filled with zeros before they are used.
 */
import { crc32 } from 'node:zlib'
import type { Duration, Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { type CommitRecord, type LogRecord, makeEntry, type RecordedWrite } from './record.ts'
import type { Cause, RetentionRule, Revision } from './store.ts'

export const FRAME_HEADER_BYTES = 8

const BIRTH = 1
const COMMIT = 2
const LEASE_GRANTED = 3
const LEASE_ENDED = 4
const HORIZON = 5

const PUT = 1
const DELETE = 2
const NONE = 3

/** Lengths and numbers around the texts of one write: more than any write needs. */
const WRITE_OVERHEAD_BYTES = 64
const RECORD_OVERHEAD_BYTES = 64

/** One frame with its header; the checksum is left 0 for {@link sealFrame}, which may run on another thread. */
export function encodeFrame(group: readonly LogRecord[]): Buffer {
  const writer = new FrameWriter(group.reduce((bytes, record) => bytes + recordBytesMax(record), FRAME_HEADER_BYTES))
  for (const record of group) writeRecord(writer, record)
  return writer.finish()
}

/** Fills in the checksum of a frame. */
export function sealFrame(frame: Buffer): void {
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEADER_BYTES)), 4)
}

export type FrameHeader = { readonly length: number; readonly checksum: number }

export function readFrameHeader(bytes: Buffer, offset: number): FrameHeader {
  return { length: bytes.readUInt32LE(offset), checksum: bytes.readUInt32LE(offset + 4) }
}

export const checksumHolds = (header: FrameHeader, payload: Uint8Array): boolean => crc32(payload) === header.checksum

/** The records of one frame's payload. Values are views of `payload`, not copies. */
export function decodeFrame(payload: Buffer): LogRecord[] {
  const reader = new FrameReader(payload)
  const records: LogRecord[] = []
  while (!reader.atEnd()) records.push(readRecord(reader))
  return records
}

function recordBytesMax(record: LogRecord): number {
  if (record.record === 'commit') {
    let bytes =
      RECORD_OVERHEAD_BYTES + 3 * (record.token.length + record.cause.actor.length + record.cause.reason.length)
    for (const write of record.writes) {
      if (write.write !== 'put') bytes += WRITE_OVERHEAD_BYTES + 3 * write.key.length
      else
        bytes +=
          WRITE_OVERHEAD_BYTES +
          3 * (write.entry.key.length + (write.entry.lease?.length ?? 0)) +
          write.entry.value.length
    }
    return bytes
  }
  return RECORD_OVERHEAD_BYTES + 3 * JSON.stringify(record).length
}

function writeRecord(out: FrameWriter, record: LogRecord): void {
  switch (record.record) {
    case 'birth':
      out.byte(BIRTH)
      out.text(record.id)
      out.number(record.above)
      break
    case 'commit':
      out.byte(COMMIT)
      out.text(record.token)
      out.text(record.cause.actor)
      out.text(record.cause.reason)
      out.number(record.cause.after ?? -1)
      out.number(record.time)
      out.number(record.first)
      out.number(record.last)
      out.byte(record.writes.length)
      for (const write of record.writes) writeWrite(out, write)
      break
    case 'lease-granted':
      out.byte(LEASE_GRANTED)
      out.text(record.lease)
      out.number(record.ttl)
      break
    case 'lease-ended':
      out.byte(LEASE_ENDED)
      out.text(record.lease)
      break
    case 'horizon':
      out.byte(HORIZON)
      out.number(record.horizon)
      out.bytes(Buffer.from(JSON.stringify(record.keep)))
      break
    default:
      record satisfies never
  }
}

function writeWrite(out: FrameWriter, write: RecordedWrite): void {
  switch (write.write) {
    case 'put':
      out.byte(PUT)
      out.text(write.entry.key)
      out.number(write.entry.revision)
      out.number(write.previous)
      out.number(write.entry.createRevision)
      out.word(write.entry.version)
      out.text(write.entry.lease ?? '')
      out.bytes(write.entry.value)
      break
    case 'delete':
      out.byte(DELETE)
      out.text(write.key)
      out.number(write.revision)
      out.number(write.previous)
      break
    case 'none':
      out.byte(NONE)
      out.text(write.key)
      break
    default:
      write satisfies never
  }
}

function readRecord(from: FrameReader): LogRecord {
  const kind = from.byte()
  switch (kind) {
    case BIRTH:
      return { record: 'birth', id: from.text(), above: revision(from.number()) }
    case COMMIT:
      return readCommit(from)
    case LEASE_GRANTED:
      return { record: 'lease-granted', lease: from.text(), ttl: from.number() as Duration }
    case LEASE_ENDED:
      return { record: 'lease-ended', lease: from.text() }
    case HORIZON: {
      const horizon = revision(from.number())
      const keep: readonly RetentionRule[] = JSON.parse(Buffer.from(from.bytes()).toString())
      return { record: 'horizon', horizon, keep }
    }
    default:
      throw new ControlError('StorageRefused', `a record of unknown kind ${kind}: damaged, or of a newer Muster`)
  }
}

function readCommit(from: FrameReader): CommitRecord {
  const token = from.text()
  const actor = from.text()
  const reason = from.text()
  const after = from.number()
  const cause: Cause = after < 0 ? { actor, reason } : { actor, reason, after: revision(after) }
  const time = from.number() as Instant
  const first = revision(from.number())
  const last = revision(from.number())
  const writes: RecordedWrite[] = []
  for (let left = from.byte(); left > 0; left--) writes.push(readWrite(from))
  return { record: 'commit', token, cause, time, first, last, writes }
}

function readWrite(from: FrameReader): RecordedWrite {
  const kind = from.byte()
  const key = from.text()
  if (kind === NONE) return { write: 'none', key }
  const at = revision(from.number())
  const previous = revision(from.number())
  if (kind === DELETE) return { write: 'delete', key, revision: at, previous }
  if (kind !== PUT)
    throw new ControlError('StorageRefused', `a write of unknown kind ${kind}: damaged, or of a newer Muster`)
  const entry = {
    key,
    revision: at,
    createRevision: revision(from.number()),
    version: from.word(),
    lease: from.text(),
    value: from.bytes(),
  }
  return { write: 'put', entry: makeEntry(entry), previous }
}

const revision = (number: number): Revision => number as Revision

/** A moving position in a buffer that is known to be large enough. */
class FrameWriter {
  readonly #buffer: Buffer
  #at = FRAME_HEADER_BYTES

  constructor(bytesMax: number) {
    // Not from Buffer's shared pool: the buffer is handed to another thread whole.
    this.#buffer = Buffer.allocUnsafeSlow(bytesMax)
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value
  }

  word(value: number): void {
    this.#at = this.#buffer.writeUInt32LE(value, this.#at)
  }

  number(value: number): void {
    this.#at = this.#buffer.writeDoubleLE(value, this.#at)
  }

  text(value: string): void {
    const length = this.#buffer.write(value, this.#at + 2, 'utf8')
    this.#buffer.writeUInt16LE(length, this.#at)
    this.#at += 2 + length
  }

  bytes(value: Uint8Array): void {
    this.word(value.length)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
  }

  finish(): Buffer {
    this.#buffer.writeUInt32LE(this.#at - FRAME_HEADER_BYTES, 0)
    this.#buffer.writeUInt32LE(0, 4)
    return this.#buffer.subarray(0, this.#at)
  }
}

/** A moving position in a payload whose checksum held. */
class FrameReader {
  readonly #buffer: Buffer
  #at = 0

  constructor(payload: Buffer) {
    this.#buffer = payload
  }

  atEnd(): boolean {
    return this.#at === this.#buffer.length
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#at++)
  }

  word(): number {
    this.#at += 4
    return this.#buffer.readUInt32LE(this.#at - 4)
  }

  number(): number {
    this.#at += 8
    return this.#buffer.readDoubleLE(this.#at - 8)
  }

  text(): string {
    const length = this.#buffer.readUInt16LE(this.#at)
    this.#at += 2 + length
    return this.#buffer.toString('utf8', this.#at - length, this.#at)
  }

  bytes(): Uint8Array {
    const length = this.word()
    this.#at += length
    return this.#buffer.subarray(this.#at - length, this.#at)
  }
}
