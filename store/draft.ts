/**
 * Decides commits. A draft is the group that becomes durable next: each commit is judged against the ledger and against
 * what the commits before it in the same group will have done. Pure: nothing here waits, and the ledger is only read.
 */
import type { Duration, Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { toByteText } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { LEASE_KEYS_MAX } from './limits.ts'
import { type LogRecord, makeEntry, type RecordedWrite, revisionOf } from './record.ts'
import type { Cause, Commit, CommitOutcome, Entry, Guard, LeaseId, Revision } from './store.ts'
import type { Committed } from './tokens.ts'

/** A key as the group will leave it. `last` is its newest version, a deletion included; 0 for none. */
interface DraftKey {
  readonly entry: Entry | undefined
  readonly last: Revision
}

const NOTHING: DraftKey = { entry: undefined, last: 0 as Revision }

export class Draft {
  /** What the log is to make durable. */
  readonly records: LogRecord[] = []
  readonly #ledger: Ledger
  readonly #time: Instant
  readonly #keys = new Map<string, DraftKey>()
  readonly #tokens = new Map<string, Committed>()
  readonly #ended = new Set<LeaseId>()
  #head: Revision

  constructor(ledger: Ledger, now: Instant) {
    this.#ledger = ledger
    this.#head = ledger.head
    // A wall clock may be set back; the time of a later revision may not.
    this.#time = Math.max(now, ledger.time) as Instant
  }

  /** How the commit ends if the group becomes durable. Throws NotFound or Invalid when it cannot be tried. */
  decide(commit: Commit): CommitOutcome {
    const before = this.#tokens.get(commit.token) ?? this.#ledger.tokens.find(commit.token)
    if (before) return before
    for (const guard of commit.guards) {
      const seen = this.#failing(guard)
      if (seen !== undefined) return { outcome: 'conflict', guard, revision: seen }
    }
    for (const write of commit.writes) {
      if (write.write === 'put' && write.lease !== undefined) this.#checkLease(write.lease, commit)
    }
    const writes: RecordedWrite[] = []
    for (const write of commit.writes) {
      writes.push(
        write.write === 'put' ? this.#put(write.key, write.value, write.lease ?? '') : this.#delete(write.key),
      )
    }
    return this.#record(commit.token, commit.cause, writes)
  }

  grantLease(lease: LeaseId, ttl: Duration): void {
    this.records.push({ record: 'lease-granted', lease, ttl })
  }

  /** Ends a lease and deletes its keys, in one commit. False when it has ended already. */
  endLease(lease: LeaseId, cause: Cause): boolean {
    if (!this.#ledger.leases.has(lease) || this.#ended.has(lease)) return false
    const keys = this.#keysOf(lease)
    this.#ended.add(lease)
    this.records.push({ record: 'lease-ended', lease })
    if (keys.length > 0) {
      this.#record(
        `lease-ended/${lease}`,
        cause,
        keys.map((key) => this.#delete(key)),
      )
    }
    return true
  }

  /** The revision of what stands in the guard's way, 0 for an absent key; undefined when the guard holds. */
  #failing(guard: Guard): Revision | undefined {
    if (guard.guard === 'prefix-empty') return this.#anyUnder(guard.prefix)
    const { entry } = this.#key(guard.key)
    switch (guard.guard) {
      case 'revision':
        return (entry?.revision ?? 0) === guard.equals ? undefined : (entry?.revision ?? (0 as Revision))
      case 'create-revision':
        return (entry?.createRevision ?? 0) === guard.equals ? undefined : (entry?.revision ?? (0 as Revision))
      case 'absent':
        return entry?.revision
      default:
        return guard satisfies never
    }
  }

  #anyUnder(prefix: string): Revision | undefined {
    for (const [key, { entry }] of this.#keys) if (entry && key.startsWith(prefix)) return entry.revision
    for (const state of this.#ledger.keys.from(toByteText(prefix), prefix)) {
      if (state.live && !this.#keys.has(state.key)) return state.live.revision
    }
    return undefined
  }

  #checkLease(lease: LeaseId, commit: Commit): void {
    if (!this.#ledger.leases.has(lease) || this.#ended.has(lease)) {
      throw new ControlError('NotFound', `commit '${commit.token}': lease '${lease}' does not exist or has ended`)
    }
    const keys = new Set(this.#keysOf(lease))
    for (const write of commit.writes) {
      if (write.write === 'put' && write.lease === lease) keys.add(write.key)
      else keys.delete(write.key)
    }
    if (keys.size > LEASE_KEYS_MAX) {
      throw new ControlError(
        'Invalid',
        `commit '${commit.token}': lease '${lease}' holds at most ${LEASE_KEYS_MAX} keys`,
      )
    }
  }

  /** The keys that a lease will hold, in byte order. */
  #keysOf(lease: LeaseId): string[] {
    const keys = new Set<string>()
    for (const key of this.#ledger.leases.get(lease)?.keys ?? []) if (!this.#keys.has(key)) keys.add(key)
    for (const [key, { entry }] of this.#keys) if (entry?.lease === lease) keys.add(key)
    const order = (a: string, b: string) => (toByteText(a) < toByteText(b) ? -1 : 1)
    return [...keys].sort(order)
  }

  #key(key: string): DraftKey {
    const drafted = this.#keys.get(key)
    if (drafted) return drafted
    const state = this.#ledger.keys.get(key)
    if (!state) return NOTHING
    return { entry: state.live, last: Math.abs(state.revisions.at(-1) ?? 0) as Revision }
  }

  #put(key: string, value: Uint8Array, lease: LeaseId): RecordedWrite {
    const { entry: before, last: previous } = this.#key(key)
    const revision = this.#next()
    const createRevision = before?.createRevision ?? revision
    const version = (before?.version ?? 0) + 1
    const entry = makeEntry({ key, value, revision, createRevision, version, lease })
    this.#keys.set(key, { entry, last: revision })
    return { write: 'put', entry, previous }
  }

  #delete(key: string): RecordedWrite {
    const { entry, last: previous } = this.#key(key)
    if (!entry) return { write: 'none', key }
    const revision = this.#next()
    this.#keys.set(key, { entry: undefined, last: revision })
    return { write: 'delete', key, revision, previous }
  }

  #next(): Revision {
    this.#head = (this.#head + 1) as Revision
    return this.#head
  }

  #record(token: string, cause: Cause, writes: readonly RecordedWrite[]): Committed {
    const revisions = writes.map(revisionOf)
    const first = revisions.find((revision) => revision !== undefined) ?? this.#head
    this.records.push({ record: 'commit', token, cause, time: this.#time, first, last: this.#head, writes })
    const outcome: Committed = { outcome: 'committed', revision: this.#head, revisions }
    this.#tokens.set(token, outcome)
    return outcome
  }
}
