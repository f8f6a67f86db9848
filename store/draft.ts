/**
 * Decides commits. A draft is a group that becomes durable as a whole: each commit is judged against the ledger and
 * against what the commits before it will have done, in the group that is on its way to the disk and in its own.
 *
 *     ledger (durable) ◄── draft before (on its way) ◄── this draft
 *
 * Pure: nothing here waits, and what is looked at is only read.
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

/** What a draft will have changed. */
interface Drafted {
  readonly keys: Map<string, DraftKey>
  readonly tokens: Map<string, Committed>
  readonly ended: Set<LeaseId>
}

const nothingDrafted = (): Drafted => ({ keys: new Map(), tokens: new Map(), ended: new Set() })
const NOTHING_DRAFTED = nothingDrafted()

/** Judges one group. Made anew for each. */
export class Draft {
  /** What the log is to make durable. */
  readonly records: LogRecord[] = []
  readonly #ledger: Ledger
  readonly #time: Instant
  readonly #own = nothingDrafted()
  #before = NOTHING_DRAFTED
  #head: Revision

  /** `before` is the draft that is on its way to the disk, when there is one. */
  constructor(ledger: Ledger, now: Instant, before?: Draft) {
    this.#ledger = ledger
    if (before) this.#before = before.#own
    this.#head = before ? before.#head : ledger.head
    // A wall clock may be set back; the time of a later revision may not.
    this.#time = Math.max(now, before ? before.#time : ledger.time) as Instant
  }

  /** The draft before is in the ledger now. */
  beforeIsDurable(): void {
    this.#before = NOTHING_DRAFTED
  }

  /** How the commit ends if the group becomes durable. Throws NotFound or Invalid when it cannot be tried. */
  decide(commit: Commit): CommitOutcome {
    const conflict = this.#conflictOf(commit)
    // What is certain to be new need not be looked for.
    const answered = conflict || !wouldConflictAgain(commit) ? this.#answered(commit.token) : undefined
    if (answered) return answered
    if (conflict) return conflict
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
    if (!this.#hasLease(lease)) return false
    const keys = this.#keysOf(lease)
    this.#own.ended.add(lease)
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

  #answered(token: string): Committed | undefined {
    return this.#own.tokens.get(token) ?? this.#before.tokens.get(token) ?? this.#ledger.tokens.find(token)
  }

  #conflictOf({ guards }: Commit): CommitOutcome | undefined {
    for (const guard of guards) {
      const revision = this.#failing(guard)
      if (revision !== undefined) return { outcome: 'conflict', guard, revision }
    }
    return undefined
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
    for (const [key, { entry }] of this.#drafted()) if (entry && key.startsWith(prefix)) return entry.revision
    for (const { live } of this.#ledger.keys.from(toByteText(prefix), prefix)) {
      if (live && this.#key(live.key).entry) return live.revision
    }
    return undefined
  }

  /** Every key that a draft changes, as it will be. */
  *#drafted(): Generator<[string, DraftKey], void, undefined> {
    for (const [key, drafted] of this.#before.keys) if (!this.#own.keys.has(key)) yield [key, drafted]
    yield* this.#own.keys
  }

  #hasLease(lease: LeaseId): boolean {
    return this.#ledger.leases.has(lease) && !this.#own.ended.has(lease) && !this.#before.ended.has(lease)
  }

  #checkLease(lease: LeaseId, commit: Commit): void {
    if (!this.#hasLease(lease)) {
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
    for (const key of this.#ledger.leases.get(lease)?.keys ?? []) {
      if (this.#key(key).entry?.lease === lease) keys.add(key)
    }
    for (const [key, { entry }] of this.#drafted()) if (entry?.lease === lease) keys.add(key)
    const order = (a: string, b: string) => (toByteText(a) < toByteText(b) ? -1 : 1)
    return [...keys].sort(order)
  }

  #key(key: string): DraftKey {
    const drafted = this.#own.keys.get(key) ?? this.#before.keys.get(key)
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
    this.#own.keys.set(key, { entry, last: revision })
    return { write: 'put', entry, previous }
  }

  #delete(key: string): RecordedWrite {
    const { entry, last: previous } = this.#key(key)
    if (!entry) return { write: 'none', key }
    const revision = this.#next()
    this.#own.keys.set(key, { entry: undefined, last: revision })
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
    this.#own.tokens.set(token, outcome)
    return outcome
  }
}

/**
 * Whether the guards of a commit fail for ever once it was made: it gives a key another revision than the one that it is
 * guarded by, and no revision comes twice. If they hold, it was not made before.
 */
const wouldConflictAgain = ({ guards, writes }: Commit): boolean =>
  guards.some((guard) => guard.guard === 'revision' && guard.equals > 0 && writes.some(({ key }) => key === guard.key))
