/**
 * Records as bytes. One group of records that became durable together is one frame:
 *
 *     0        4        8                16                  16 + length
 *     ┌────────┬────────┬────────────────┬───────────────────┐
 *     │ length │ CRC-32 │ first revision │ records, one upon │   integers little-endian; revisions and times as
 *     │  u32   │ of rest│ in it, or 0    │ the other         │   doubles, which hold every integer below 2^53
 *     └────────┴────────┴────────────────┴───────────────────┘
 *
 * A length of 0 is the end of the log: files are filled with zeros before they are used.
 */
import { crc32 } from 'node:zlib'
import type { Duration, Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { FRAME_HEADER_BYTES, FrameReader, FrameWriter, type ReadFor } from './frame-bytes.ts'
import {
  type CommitRecord,
  type LogRecord,
  makeEntry,
  type RecordedWrite,
  revisionOf,
  type StateRecord,
  type StoredVersion,
  type TokensRecord,
  versionsOf,
} from './record.ts'
import type { Cause, RetentionRule, Revision } from './store.ts'

const CHECKED_FROM = 8

const STATE = 1
const COMMIT = 2
const LEASE_GRANTED = 3
const LEASE_ENDED = 4
const HORIZON = 5
const TOKENS = 6
/** A commit whose cause has details: the same, with one text more. */
const DETAILED_COMMIT = 7
const ERASED_RECORD = 8

const PUT = 1
const DELETE = 2
const NONE = 3
/** A put whose value was erased: the same, with no value. */
const ERASED_PUT = 4

/** Lengths and numbers around the texts of one write: more than any write needs. */
const WRITE_OVERHEAD_BYTES = 64
const RECORD_OVERHEAD_BYTES = 64

/** One frame with its header; the checksum is left 0 for {@link sealFrame}, which may run on another thread. */
export function encodeFrame(group: readonly LogRecord[]): Buffer<ArrayBuffer> {
  const bytesMax = group.reduce((bytes, record) => bytes + recordBytesMax(record), FRAME_HEADER_BYTES)
  // Not from Buffer's shared pool: the buffer may be moved to another thread whole.
  const frame = Buffer.allocUnsafeSlow(bytesMax)
  return frame.subarray(0, encodeFrameInto(frame, group))
}

/** Encodes a frame at the start of a buffer; answers its length. Throws RangeError when the buffer is too small. */
export function encodeFrameInto(buffer: Buffer, group: readonly LogRecord[]): number {
  const writer = new FrameWriter(buffer)
  for (const record of group) writeRecord(writer, record)
  return writer.finish(firstRevisionOf(group))
}

/** Fills in the checksum of a frame. */
export function sealFrame(frame: Buffer): void {
  frame.writeUInt32LE(crc32(frame.subarray(CHECKED_FROM)), 4)
}

/** What a frame says of itself. `payloadBytes` is 0 where the log ends. */
export interface FrameHeader {
  readonly payloadBytes: number
  readonly firstRevision: Revision
}

/** Reads the header of the frame that begins at an offset; trusts nothing but its size. */
export function readFrameHeader(bytes: Buffer, offset = 0): FrameHeader {
  return { payloadBytes: bytes.readUInt32LE(offset), firstRevision: revision(bytes.readDoubleLE(offset + 8)) }
}

/** Whether a whole frame, header included, is as it was sealed. */
export const checksumHolds = (frame: Buffer): boolean => crc32(frame.subarray(CHECKED_FROM)) === frame.readUInt32LE(4)

/** The records of one frame. */
export function decodeFrame(frame: Buffer, readFor: ReadFor = 'all'): LogRecord[] {
  const reader = new FrameReader(frame, readFor)
  const records: LogRecord[] = []
  while (!reader.atEnd()) records.push(readRecord(reader))
  return records
}

/** Tells of each commit of a frame that holds versions: its first one, and where it begins. They are stepped over, not read. */
export function eachCommit(frame: Buffer, tell: (first: Revision, offset: number) => void): void {
  const from = new FrameReader(frame)
  while (!from.atEnd()) {
    const start = from.at
    const kind = from.byte()
    if (kind === COMMIT || kind === DETAILED_COMMIT) {
      const first = skipCommit(from, kind)
      if (first !== undefined) tell(first, start)
    } else {
      from.at = start
      readRecord(from)
    }
  }
}

/** The versions at some revisions out of the commit that some bytes begin with; what comes after it is not looked at. */
export function versionsInCommit(bytes: Buffer, wanted: ReadonlySet<Revision>): StoredVersion[] {
  const reader = new FrameReader(bytes)
  reader.at = 0
  return versionsOf(readRecord(reader)).flatMap(([revision, version]) => (wanted.has(revision) ? [version] : []))
}

/** Steps over a commit, its kind being read already; answers the first revision in it, if there is any. */
function skipCommit(from: FrameReader, kind: number): Revision | undefined {
  if (kind === DETAILED_COMMIT) from.skipText()
  from.skipText()
  from.skipText()
  from.skipText()
  from.at += 4 * 8
  let first: Revision | undefined
  for (let left = from.byte(); left > 0; left--) {
    const kind = from.byte()
    from.skipText()
    if (kind === NONE) continue
    const at = revision(from.number())
    first ??= at
    from.at += 8
    if (kind === DELETE) continue
    from.at += 8 + 4
    from.skipText()
    const valueBytes = from.word()
    from.at += valueBytes
  }
  return first
}

function firstRevisionOf(group: readonly LogRecord[]): Revision {
  for (const record of group) {
    if (record.record !== 'commit') continue
    for (const write of record.writes) if (write.write !== 'none') return revisionOf(write) ?? revision(0)
  }
  return revision(0)
}

function recordBytesMax(record: LogRecord): number {
  if (record.record === 'commit') {
    let bytes =
      RECORD_OVERHEAD_BYTES +
      3 *
        (record.token.length +
          record.cause.actor.length +
          record.cause.reason.length +
          (record.cause.details?.length ?? 0))
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
    case 'state':
      out.byte(STATE)
      out.text(record.id)
      out.number(record.above)
      out.byte(record.jumps ? 1 : 0)
      out.number(record.horizon)
      out.json(record.keep)
      out.json(record.leases)
      break
    case 'commit':
      out.byte(record.cause.details ? DETAILED_COMMIT : COMMIT)
      if (record.cause.details) out.text(record.cause.details)
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
      out.json(record.keep)
      break
    case 'erased':
      out.byte(ERASED_RECORD)
      out.json(record.revisions)
      break
    case 'tokens':
      out.byte(TOKENS)
      out.json(record.answers.map(({ token, answer }) => [token, answer.revision, ...answer.revisions]))
      break
    default:
      record satisfies never
  }
}

function writeWrite(out: FrameWriter, write: RecordedWrite): void {
  switch (write.write) {
    case 'put':
      out.byte(write.erased ? ERASED_PUT : PUT)
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
    case STATE:
      return readState(from)
    case COMMIT:
    case DETAILED_COMMIT:
      return readCommit(from, kind)
    case LEASE_GRANTED:
      return { record: 'lease-granted', lease: from.text(), ttl: from.number() as Duration }
    case LEASE_ENDED:
      return { record: 'lease-ended', lease: from.text() }
    case HORIZON: {
      const horizon = revision(from.number())
      const keep: readonly RetentionRule[] = from.json()
      return { record: 'horizon', horizon, keep }
    }
    case TOKENS:
      return readTokens(from)
    case ERASED_RECORD: {
      const revisions: readonly Revision[] = from.json()
      return { record: 'erased', revisions }
    }
    default:
      throw new ControlError('StorageRefused', `a record of unknown kind ${kind}: damaged, or of a newer Muster`)
  }
}

function readState(from: FrameReader): StateRecord {
  const id = from.text()
  const above = revision(from.number())
  const jumps = from.byte() === 1
  const horizon = revision(from.number())
  const keep: readonly RetentionRule[] = from.json()
  const leases: StateRecord['leases'] = from.json()
  return { record: 'state', id, above, jumps, horizon, keep, leases }
}

function readTokens(from: FrameReader): TokensRecord {
  const rows: readonly [string, Revision, ...(Revision | null)[]][] = from.json()
  const answers = rows.map(([token, last, ...revisions]) => ({
    token,
    // JSON has no undefined: a write that found nothing comes back as null.
    answer: { outcome: 'committed', revision: last, revisions: revisions.map((at) => at ?? undefined) } as const,
  }))
  return { record: 'tokens', answers }
}

function readCommit(from: FrameReader, kind: number): CommitRecord {
  const details = kind === DETAILED_COMMIT ? from.spareText() : undefined
  const token = from.text()
  const actor = from.spareText()
  const reason = from.spareText()
  const after = from.number()
  const cause: Cause = {
    actor,
    reason,
    ...(after < 0 ? {} : { after: revision(after) }),
    ...(details === undefined ? {} : { details }),
  }
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
  if (kind !== PUT && kind !== ERASED_PUT)
    throw new ControlError('StorageRefused', `a write of unknown kind ${kind}: damaged, or of a newer Muster`)
  const entry = {
    key,
    revision: at,
    createRevision: revision(from.number()),
    version: from.word(),
    lease: from.text(),
    value: from.bytes(),
  }
  const write = { write: 'put', entry: makeEntry(entry), previous } as const
  return kind === ERASED_PUT ? { ...write, erased: true } : write
}

const revision = (number: number): Revision => number as Revision
