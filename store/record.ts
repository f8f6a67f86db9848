/** What the log holds: the store's life as plain data, in the order in which it happened. */
import type { Duration, Instant } from '@muster/base/clock.ts'
import type { Cause, Entry, LeaseId, RetentionRule, Revision } from './store.ts'

export type LogRecord = BirthRecord | CommitRecord | LeaseGrantedRecord | LeaseEndedRecord | HorizonRecord

/** The first record of a store, and the first after it was restored. */
export interface BirthRecord {
  readonly record: 'birth'
  readonly id: string
  /** New revisions are above this one. Revisions between the last one before and this one were never issued here. */
  readonly above: Revision
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
  | { readonly write: 'put'; readonly entry: Entry; readonly previous: Revision }
  | { readonly write: 'delete'; readonly key: string; readonly revision: Revision; readonly previous: Revision }
  /** A delete that found nothing: kept so that a repeated token is answered in full. */
  | { readonly write: 'none'; readonly key: string }

/** The revision that a write took; undefined when it found nothing to do. */
export const revisionOf = (write: RecordedWrite): Revision | undefined =>
  write.write === 'put' ? write.entry.revision : write.write === 'delete' ? write.revision : undefined

export interface LeaseGrantedRecord {
  readonly record: 'lease-granted'
  readonly lease: LeaseId
  readonly ttl: Duration
}

export interface LeaseEndedRecord {
  readonly record: 'lease-ended'
  readonly lease: LeaseId
}

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
