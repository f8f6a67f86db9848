/** What the log holds: the store's life as plain data, in the order in which it happened. */
import type { Duration, Instant } from '@muster/base/clock.ts'
import type { Cause, Entry, LeaseId, RetentionRule, Revision } from './store.ts'
import type { Committed } from './tokens.ts'

/** One thing that happened. */
export type LogRecord =
  | StateRecord
  | CommitRecord
  | LeaseGrantedRecord
  | LeaseEndedRecord
  | HorizonRecord
  | TokensRecord
  | ErasedRecord

/**
 * Everything that is true beside the keys. The first record of a store, and written again at the start of each part of
 * a log, so that older parts can be given back without forgetting it.
 */
export interface StateRecord {
  readonly record: 'state'
  readonly id: string
  /** New revisions are above this one; those between the last one before and this one were never issued here. */
  readonly above: Revision
  /** Whether there is such a gap: the store was restored. Elsewhere a gap is damage. */
  readonly jumps: boolean
  readonly horizon: Revision
  readonly keep: readonly RetentionRule[]
  /** All leases there are: one that is not named has ended. */
  readonly leases: readonly { readonly lease: LeaseId; readonly ttl: Duration }[]
}

/** One commit, or what thinning left of it: the writes are in order of revision, some may be gone. */
export interface CommitRecord {
  readonly record: 'commit'
  readonly token: string
  readonly cause: Cause
  readonly time: Instant
  /** The first and last revision of the commit as it was made. */
  readonly first: Revision
  readonly last: Revision
  readonly writes: readonly RecordedWrite[]
}

/** `previous` is the version of this key before, deletions included; 0 when there was none. */
export type RecordedWrite =
  /** `erased`: the value is gone for good, and empty. */
  | { readonly write: 'put'; readonly entry: Entry; readonly previous: Revision; readonly erased?: true }
  | { readonly write: 'delete'; readonly key: string; readonly revision: Revision; readonly previous: Revision }
  /** A delete that found nothing: kept so that a repeated token is answered in full. */
  | { readonly write: 'none'; readonly key: string }

/** The revision that a write took; undefined when it found nothing to do. */
export const revisionOf = (write: RecordedWrite): Revision | undefined =>
  write.write === 'put' ? write.entry.revision : write.write === 'delete' ? write.revision : undefined

/** How some commits below the horizon ended, written before compaction takes the commits themselves. */
export interface TokensRecord {
  readonly record: 'tokens'
  readonly answers: readonly { readonly token: string; readonly answer: Committed }[]
}

/** The values of these versions are to go. Written first, so that a crash meanwhile is mended by the next opening. */
export interface ErasedRecord {
  readonly record: 'erased'
  readonly revisions: readonly Revision[]
}

/** A lease was granted; its time starts when it is acknowledged, and anew at each opening. */
export interface LeaseGrantedRecord {
  readonly record: 'lease-granted'
  readonly lease: LeaseId
  readonly ttl: Duration
}

/** A lease has ended; the commit that deletes its keys, when it has any, comes right after. */
export interface LeaseEndedRecord {
  readonly record: 'lease-ended'
  readonly lease: LeaseId
}

/** The horizon was raised, and these are the rules for what lies below it. */
export interface HorizonRecord {
  readonly record: 'horizon'
  readonly horizon: Revision
  readonly keep: readonly RetentionRule[]
}

/** One version as the log gives it back: a write, and the commit it was part of. */
export interface StoredVersion {
  readonly commit: Omit<CommitRecord, 'record' | 'writes'>
  readonly write: Exclude<RecordedWrite, { write: 'none' }>
}

/** An entry with the field `lease` only where there is one; '' stands for none. */
export function makeEntry(fields: Required<Entry>): Entry {
  const { key, value, revision, createRevision, version, lease } = fields
  return lease === ''
    ? { key, value, revision, createRevision, version }
    : { key, value, revision, createRevision, version, lease }
}

/** The versions in a record, each by its revision. */
export function versionsOf(record: LogRecord): [Revision, StoredVersion][] {
  if (record.record !== 'commit') return []
  const { token, cause, time, first, last } = record
  const commit = { token, cause, time, first, last }
  const versions: [Revision, StoredVersion][] = []
  for (const write of record.writes) {
    if (write.write === 'put') versions.push([write.entry.revision, { commit, write }])
    if (write.write === 'delete') versions.push([write.revision, { commit, write }])
  }
  return versions
}

/** A record without the values of some versions; the same one when it has none of them. */
export function erase(record: LogRecord, revisions: ReadonlySet<Revision>): LogRecord {
  if (record.record !== 'commit') return record
  const isErased = (write: RecordedWrite) => write.write === 'put' && revisions.has(write.entry.revision)
  if (!record.writes.some(isErased)) return record
  const writes = record.writes.map((write) => (write.write === 'put' && isErased(write) ? eraseWrite(write) : write))
  return { ...record, writes }
}

/** A write without its value. */
export const eraseWrite = (write: Extract<RecordedWrite, { write: 'put' }>): typeof write => ({
  ...write,
  entry: { ...write.entry, value: NO_VALUE },
  erased: true,
})

const NO_VALUE = new Uint8Array(0)

/** One version as a commit record of its own: what thinning may leave of a commit. */
export const loose = ({ commit, write }: StoredVersion): LogRecord => ({ record: 'commit', ...commit, writes: [write] })
