/**
 * What is true, in memory: for each key its live entry and the revisions of its versions.
 *
 *     key      revisions, a deletion negative      live
 *     a        1   5   9                           9
 *     b        2  -6                               (deleted)
 *     c        3  -4   7   8                       8          range(at 5) = a@5, b@2
 *
 * The ledger follows records, at opening and in life alike, and decides nothing (draft.ts does). It never waits. Values
 * of older versions are in the log; the ledger says which revisions to fetch.
 */
import type { Duration, Instant } from '@muster/base/clock.ts'
import { assert, ControlError } from '@muster/base/errors.ts'
import { toByteText } from './keys.ts'
import { type KeyState, Ordered, olderIndex } from './ordered.ts'
import { type CommitRecord, type LogRecord, type RecordedWrite, revisionOf, type StateRecord } from './record.ts'
import type { Entry, Event, LeaseId, RetentionRule, Revision } from './store.ts'
import { Tokens } from './tokens.ts'

/** What a lease holds. Its clock is not here: leases start anew when a store is opened. */
export interface LeaseState {
  readonly ttl: Duration
  readonly keys: Set<string>
}

/** Revisions between these two were never issued by this store: it was restored, and jumped over them. */
interface Jump {
  readonly after: Revision
  readonly upTo: Revision
}

const NONE = 0 as Revision

/** One for each open store. Changed only by records that are durable. */
export class Ledger {
  id = ''
  /** The last revision that was issued. */
  head = NONE
  horizon = NONE
  /** The time of the newest commit. */
  time = 0 as Instant
  keep: readonly RetentionRule[] = []
  readonly keys = new Ordered()
  readonly leases = new Map<LeaseId, LeaseState>()
  readonly tokens = new Tokens()
  /** The keys of each lease, also of one that the log names only later: compaction keeps what it holds, not its grant. */
  readonly #bound = new Map<LeaseId, Set<string>>()
  liveKeys = 0
  liveBytes = 0
  versions = 0
  /** Versions whose values are to be erased, and may not be yet. */
  readonly erasing = new Set<Revision>()
  /** Those that were read without their values. */
  readonly #erased = new Set<Revision>()
  readonly #jumps: Jump[] = []
  /** Each time at which something was written, to the millisecond, and the first revision then. */
  readonly #times: number[] = []
  readonly #timeRevisions: number[] = []

  /** Takes in one durable record; adds what it means for watchers to `events`, when there are any. */
  apply(record: LogRecord, events?: Event[]): void {
    switch (record.record) {
      case 'state':
        this.#applyState(record)
        break
      case 'commit':
        this.#applyCommit(record, events)
        break
      case 'lease-granted':
        this.leases.set(record.lease, { ttl: record.ttl, keys: this.#boundTo(record.lease) })
        break
      case 'lease-ended':
        this.leases.delete(record.lease)
        break
      case 'erased':
        for (const revision of record.revisions) if (!this.#erased.has(revision)) this.erasing.add(revision)
        break
      case 'tokens':
        for (const { token, answer } of record.answers) this.tokens.remember(token, answer)
        break
      case 'horizon':
        assert(record.horizon >= this.horizon, 'the horizon only rises')
        this.horizon = record.horizon
        this.keep = record.keep
        break
      default:
        record satisfies never
    }
  }

  /** Throws unless `range(at)` and a watch after `at` can be answered exactly. */
  checkRevision(at: Revision): void {
    if (at > this.head) {
      throw new ControlError('RevisionAhead', `revision ${at} is ahead of this store, which is at ${this.head}`)
    }
    if (at < this.horizon) {
      throw new ControlError('Gone', `revision ${at} is below the horizon ${this.horizon}: list again`)
    }
    const jump = this.#jumps.find(({ after, upTo }) => at > after && at < upTo)
    if (jump) {
      throw new ControlError(
        'Gone',
        `revision ${at} is from before a restore and is not part of this store: list again`,
      )
    }
  }

  /** Revisions of the retained versions under a prefix that are above `after`, ascending. */
  revisionsAfter(prefix: string, after: Revision): Float64Array {
    const found: number[] = []
    for (const state of this.keys.from(toByteText(prefix), prefix)) {
      for (let index = olderIndex(state, after) + 1; index < state.revisions.length; index++) {
        found.push(Math.abs(state.revisions[index] ?? 0))
      }
    }
    return Float64Array.from(found).sort()
  }

  /** The first revision written at or after a time; the one after the head when there is none. */
  revisionAt(time: Instant): Revision {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#times[middle] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return (this.#timeRevisions[low] ?? this.head + 1) as Revision
  }

  /** Forgets what the horizon and the retention rules let go of one key. */
  prune(state: KeyState): void {
    const { revisions } = state
    // The newest version at or below the horizon answers range(at horizon), unless it is a deletion.
    const atHorizon = olderIndex(state, this.horizon)
    const needed = atHorizon >= 0 && (revisions[atHorizon] ?? 0) > 0 ? atHorizon : atHorizon + 1
    const from = Math.min(needed, this.#keptByRule(state))
    if (from <= 0) return
    this.versions -= from
    state.revisions = revisions.slice(from)
    if (state.revisions.length === 0) this.keys.delete(state.key)
  }

  /** From which version on the rules keep this key. They count what is at or below the horizon, so they count the same later. */
  #keptByRule(state: KeyState): number {
    let rule: RetentionRule | undefined
    for (const candidate of this.keep) {
      if (state.key.startsWith(candidate.prefix) && candidate.prefix.length >= (rule?.prefix.length ?? 0))
        rule = candidate
    }
    const length = olderIndex(state, this.horizon) + 1
    if (!rule || (rule.versions === undefined && rule.since === undefined)) return length
    const byCount = rule.versions === undefined ? 0 : Math.max(0, length - rule.versions)
    const byAge = rule.since === undefined ? 0 : olderIndex(state, (rule.since - 1) as Revision) + 1
    return Math.max(byCount, byAge)
  }

  /** What a log's next part begins with. */
  state(): StateRecord {
    const { id, head: above, horizon, keep } = this
    const leases = [...this.leases].map(([lease, { ttl }]) => ({ lease, ttl }))
    return { record: 'state', id, above, jumps: false, horizon, keep, leases }
  }

  #boundTo(lease: LeaseId): Set<string> {
    const bound = this.#bound.get(lease) ?? new Set()
    this.#bound.set(lease, bound)
    return bound
  }

  #unbind(lease: LeaseId, key: string): void {
    const bound = this.#boundTo(lease)
    bound.delete(key)
    if (bound.size === 0 && !this.leases.has(lease)) this.#bound.delete(lease)
  }

  #applyState({ id, above, horizon, keep, leases }: StateRecord): void {
    this.id = id
    if (above > this.head) {
      if (this.head > 0) this.#jumps.push({ after: this.head, upTo: above })
      this.head = above
    }
    if (horizon > this.horizon) this.horizon = horizon
    this.keep = keep
    this.leases.clear()
    for (const { lease, ttl } of leases) this.leases.set(lease, { ttl, keys: this.#boundTo(lease) })
  }

  #applyCommit(commit: CommitRecord, events: Event[] | undefined): void {
    for (const write of commit.writes) {
      if (write.write === 'none') continue
      const before = this.#applyWrite(write)
      events?.push(makeEvent(commit, write, before))
    }
    if (commit.time > this.time) {
      this.time = commit.time
      this.#times.push(commit.time)
      this.#timeRevisions.push(commit.first)
    }
    const revisions = commit.writes.map(revisionOf)
    // What thinning has left of a commit can no longer answer for all of it.
    if (isWhole(commit, revisions)) {
      this.tokens.remember(commit.token, { outcome: 'committed', revision: commit.last, revisions })
    }
  }

  #applyWrite(write: Exclude<RecordedWrite, { write: 'none' }>): Entry | undefined {
    const key = write.write === 'put' ? write.entry.key : write.key
    const revision = write.write === 'put' ? write.entry.revision : write.revision
    assert(revision > this.head, 'revisions only grow')
    const state = this.keys.getOrAdd(key)
    const before = state.live
    if (before) {
      this.liveKeys--
      this.liveBytes -= key.length + before.value.length
      if (before.lease !== undefined) this.#unbind(before.lease, key)
    }
    if (write.write === 'put') {
      const { entry } = write
      this.liveKeys++
      this.liveBytes += key.length + entry.value.length
      if (entry.lease !== undefined) this.#boundTo(entry.lease).add(key)
      state.live = entry
      // Most keys have one version, and the first push would make room for seventeen.
      if (state.revisions.length === 0) state.revisions = [revision]
      else state.revisions.push(revision)
      if (write.erased) this.#erased.add(revision)
    } else {
      state.live = undefined
      state.revisions.push(-revision)
    }
    this.versions++
    this.head = revision
    return before
  }
}

/** What a watcher is told of one write. */
export function makeEvent(
  commit: Pick<CommitRecord, 'time' | 'last'>,
  write: Exclude<RecordedWrite, { write: 'none' }>,
  previous: Entry | undefined,
): Event {
  const { time, last: commitRevision } = commit
  if (write.write === 'put') {
    const { entry } = write
    const event = { event: 'put', key: entry.key, revision: entry.revision, time, commitRevision, entry } as const
    return previous ? { ...event, previous } : event
  }
  const event = { event: 'delete', key: write.key, revision: write.revision, time, commitRevision } as const
  return previous ? { ...event, previous } : event
}

function isWhole({ first, last }: CommitRecord, revisions: readonly (Revision | undefined)[]): boolean {
  const taken = revisions.reduce<number>((count, revision) => (revision === undefined ? count : count + 1), 0)
  return taken === last - first + 1 || (taken === 0 && first === last)
}
