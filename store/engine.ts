/** A store over a log: the same for every engine that decides for itself. The parts are the files it imports. */
import type { Clock, Duration, Instant } from '@muster/base/clock.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { type Logger, noLog } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { Committer } from './committer.ts'
import { historyOf } from './history.ts'
import { LeaseClocks } from './leases.ts'
import { Ledger } from './ledger.ts'
import { checkCommit, checkPolicy, checkRange, checkTtl, KEY_BYTES_MAX, LEASE_KEYS_MAX, LEASES_MAX } from './limits.ts'
import type { Log } from './log.ts'
import { readRange } from './range.ts'
import { RecentEvents } from './recent.ts'
import type { TokensRecord } from './record.ts'
import { writeSnapshot } from './snapshot.ts'
import type {
  Cause,
  Commit,
  CommitOutcome,
  CompactionPolicy,
  HistoryOptions,
  LeaseId,
  Range,
  RangeOptions,
  Revision,
  Store,
  StoreStatus,
  Version,
} from './store.ts'
import { readEvents, StoreWatch } from './watch.ts'

/** What every engine is given: time, chance, and where to write its log lines (nowhere when absent). */
export interface EngineDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log?: Logger
}

/** Keys looked at between two pauses: well under a millisecond of the thread that answers everybody. */
const KEYS_PER_SLICE = 500

/** Tokens written at once before compaction: some hundred kilobytes at most. */
const TOKENS_PER_RECORD = 500
const TOKENS_RECORD_BYTES = 1024 * 1024

/** Revisions that are said to be erased at once: a key may have more than any group has room for. */
const ERASED_PER_RECORD = 3000
const ERASED_RECORD_BYTES = 64 * 1024

/** What the deletions of one lease may take: a key at its limit for each. */
const LEASE_END_BYTES = LEASE_KEYS_MAX * KEY_BYTES_MAX

/** A pause that lets other work of this thread go first. */
const PAUSE = 1 as Duration

/** A lease that could not be ended, because the disk is full, is tried again after this long. */
const END_LEASE_AGAIN = 1000 as Duration

/** Opens a store over a log: takes in what is durable, and starts every lease anew. */
export async function openStore(storeLog: Log, deps: EngineDeps): Promise<Store> {
  const engine = new Engine(storeLog, deps)
  await engine.open()
  return engine
}

class Engine implements Store {
  readonly #storeLog: Log
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Logger
  readonly #ledger = new Ledger()
  readonly #committer: Committer
  readonly #watches = new Set<StoreWatch>()
  readonly #recent = new RecentEvents(0 as Revision)
  readonly #leaseClocks: LeaseClocks
  /** Compactions and snapshots take turns: what a snapshot has begun with must stay. */
  #turn: Promise<void> = Promise.resolve()
  /** The compaction that is at work. Closing waits for it, though not for a snapshot that nobody reads on. */
  #compacting: Promise<void> = Promise.resolve()
  #closed = false

  constructor(storeLog: Log, { clock, random, log = noLog }: EngineDeps) {
    this.#storeLog = storeLog
    this.#clock = clock
    this.#random = random
    this.#log = log
    this.#leaseClocks = new LeaseClocks(clock, (lease) => this.#endLease(lease))
    this.#committer = new Committer({
      clock,
      log,
      ledger: this.#ledger,
      storeLog,
      collect: () => (this.#watches.size > 0 ? [] : undefined),
      publish: (events) => {
        this.#recent.push(events)
        for (const watch of this.#watches) watch.wake()
      },
    })
  }

  async open(): Promise<void> {
    await this.#storeLog.replay((record) => {
      this.#ledger.apply(record)
      if (record.record === 'horizon') this.#pruneAll()
    })
    if (this.#ledger.id === '') {
      const zero = 0 as Revision
      const id = newId(this.#random)
      await this.#committer.inNextGroup((draft) => {
        draft.records.push({ record: 'state', id, above: zero, jumps: false, horizon: zero, keep: [], leases: [] })
      })
    }
    this.#pruneAll()
    for (const [lease, { ttl }] of this.#ledger.leases) this.#leaseClocks.start(lease, ttl)
    // A process that was killed may have said so and not done it.
    if (this.#ledger.erasing.size > 0) await this.#erase([...this.#ledger.erasing])
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<Range> {
    this.#checkOpen()
    checkRange(options)
    return readRange(this.#ledger, this.#storeLog, prefix, options)
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#checkOpen()
      const bytes = checkCommit(commit)
      let outcome: CommitOutcome
      this.#committer.enqueue({
        bytes,
        judge: (draft) => {
          outcome = draft.decide(commit)
        },
        settle: () => resolve(outcome),
        fail: (error, inDoubt) => {
          if (inDoubt) resolve({ outcome: 'unknown', reason: error.message })
          else reject(error)
        },
      })
    })
  }

  watch(prefix: string, after: Revision): StoreWatch {
    this.#checkOpen()
    this.#ledger.checkRevision(after)
    if (this.#watches.size === 0) this.#recent.restart(this.#ledger.head)
    const watch = new StoreWatch(prefix, after, {
      ledger: this.#ledger,
      recent: this.#recent,
      readEvents: (revisions) => readEvents(this.#storeLog, revisions),
      onClose: (closed) => this.#watches.delete(closed),
    })
    this.#watches.add(watch)
    return watch
  }

  async lease(ttl: Duration): Promise<LeaseId> {
    this.#checkOpen()
    checkTtl(ttl)
    if (this.#ledger.leases.size >= LEASES_MAX) {
      throw new ControlError('TooManyRequests', `there are ${LEASES_MAX} leases already: revoke some, or let them end`)
    }
    const lease = newId(this.#random)
    await this.#committer.inNextGroup((draft) => draft.grantLease(lease, ttl))
    this.#leaseClocks.start(lease, ttl)
    return lease
  }

  async keepAlive(lease: LeaseId): Promise<Duration> {
    this.#checkOpen()
    const state = this.#ledger.leases.get(lease)
    if (!state || !this.#leaseClocks.has(lease)) throw noSuchLease(lease)
    this.#leaseClocks.start(lease, state.ttl)
    return state.ttl
  }

  async revoke(lease: LeaseId): Promise<void> {
    this.#checkOpen()
    await this.#committer.inNextGroup((draft) => {
      if (!draft.endLease(lease, { actor: 'store', reason: `lease ${lease} was revoked` })) throw noSuchLease(lease)
    }, LEASE_END_BYTES)
    this.#leaseClocks.stop(lease)
  }

  async history(key: string, options: HistoryOptions = {}): Promise<readonly Version[]> {
    this.#checkOpen()
    return historyOf(this.#ledger, this.#storeLog, key, options)
  }

  async erase(key: string): Promise<number> {
    this.#checkOpen()
    const done = await this.#takeTurn()
    try {
      this.#checkOpen()
      const { revisions = [], live } = this.#ledger.keys.get(key) ?? {}
      const wanted = revisions.filter((revision) => revision > 0 && revision !== live?.revision) as Revision[]
      if (wanted.length > 0) await this.#erase(wanted)
      return wanted.length
    } finally {
      done()
    }
  }

  async compact(policy: CompactionPolicy): Promise<void> {
    this.#checkOpen()
    const done = await this.#takeTurn()
    try {
      this.#checkOpen()
      const compacted = this.#compact(policy)
      this.#compacting = compacted.catch(() => undefined)
      await compacted
    } finally {
      done()
    }
  }

  async revisionAt(time: Instant): Promise<Revision> {
    this.#checkOpen()
    return this.#ledger.revisionAt(time)
  }

  async *snapshot(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#checkOpen()
    const done = await this.#takeTurn()
    try {
      yield* writeSnapshot(this.#ledger, this.#storeLog)
    } finally {
      done()
    }
  }

  async status(): Promise<StoreStatus> {
    this.#checkOpen()
    const { id, head, horizon, liveKeys, versions, leases, liveBytes } = this.#ledger
    return {
      id,
      engine: this.#storeLog.engine,
      head,
      horizon,
      keys: liveKeys,
      versions,
      leases: leases.size,
      watches: this.#watches.size,
      liveBytes,
      fileBytes: await this.#storeLog.bytes(),
      health: this.#committer.health,
    }
  }

  async head(): Promise<Revision> {
    this.#checkOpen()
    return this.#ledger.head
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#leaseClocks.close()
    for (const watch of [...this.#watches]) watch.fail(new ControlError('Unavailable', 'the store is closed'))
    await this.#committer.idle()
    await this.#compacting
    await this.#storeLog.close()
  }

  #checkOpen(): void {
    if (this.#closed) throw new ControlError('Unavailable', 'the store is closed')
  }

  /** The time of a lease is over. Its keys do go, also when the disk is full just now. */
  #endLease(lease: LeaseId): void {
    const { ttl } = this.#ledger.leases.get(lease) ?? {}
    if (ttl === undefined || this.#committer.health.state === 'stopped') return
    const cause: Cause = { actor: 'store', reason: `lease ${lease} was not kept alive for ${ttl / 1000} s` }
    const ended = this.#committer.inNextGroup((draft) => {
      draft.endLease(lease, cause)
    }, LEASE_END_BYTES)
    ended.catch(async (error) => {
      if (this.#closed || this.#committer.health.state === 'stopped') return
      this.#log.warn('a lease could not be ended; trying again', { lease, error })
      await this.#clock.sleep(END_LEASE_AGAIN)
      if (!this.#closed) this.#endLease(lease)
    })
  }

  async #erase(revisions: readonly Revision[]): Promise<void> {
    await this.#storeLog.erase(revisions, async () => {
      for (let from = 0; from < revisions.length; from += ERASED_PER_RECORD) {
        const some = revisions.slice(from, from + ERASED_PER_RECORD)
        await this.#committer.inNextGroup((draft) => {
          draft.records.push({ record: 'erased', revisions: some })
        }, ERASED_RECORD_BYTES)
      }
    })
    for (const revision of revisions) this.#ledger.erasing.delete(revision)
    // Those who are behind read the log, which says that it cannot tell.
    this.#recent.restart(this.#ledger.head)
  }

  async #compact(policy: CompactionPolicy): Promise<void> {
    const { horizon, keep = [] } = policy
    await this.#committer.inNextGroup((draft) => {
      checkPolicy(policy, this.#ledger)
      draft.records.push({ record: 'horizon', horizon, keep })
    })
    const passed = new ControlError('Gone', `compaction at ${horizon} has passed this watch: list again`)
    for (const watch of [...this.#watches]) if (watch.revision < horizon) watch.fail(passed)

    const kept: number[] = []
    let seen = 0
    for (const state of this.#ledger.keys.all()) {
      this.#ledger.prune(state)
      for (const revision of state.revisions) if (Math.abs(revision) < horizon) kept.push(Math.abs(revision))
      if (++seen % KEYS_PER_SLICE === 0) await this.#clock.sleep(PAUSE)
      if (this.#closed) return
    }
    await this.#keepAnswers(horizon)
    await this.#storeLog.reclaim(horizon, new Float64Array(kept))
  }

  /** A repeated token is answered as at first, also when its commit is no longer kept. */
  async #keepAnswers(horizon: Revision): Promise<void> {
    let answers: TokensRecord['answers'][number][] = []
    const write = async () => {
      const record: TokensRecord = { record: 'tokens', answers }
      answers = []
      await this.#committer.inNextGroup((draft) => draft.records.push(record), TOKENS_RECORD_BYTES)
    }
    try {
      for (const answer of this.#ledger.tokens.upTo(horizon)) {
        if (this.#closed) return
        answers.push(answer)
        if (answers.length === TOKENS_PER_RECORD) await write()
      }
      if (answers.length > 0) await write()
    } catch (error) {
      if (!hasCode(error, 'StorageFull')) throw error
      // Room matters more: until the store is opened again they are known, and guards hold after that.
      this.#log.warn('no room to keep the tokens of old commits')
    }
  }

  #pruneAll(): void {
    for (const state of this.#ledger.keys.all()) this.#ledger.prune(state)
  }

  /** Waits until those before are done; the caller calls what it is given when it is done itself. */
  async #takeTurn(): Promise<() => void> {
    const before = this.#turn
    let done = () => {}
    this.#turn = new Promise((resolve) => {
      done = resolve
    })
    await before
    return done
  }
}

const noSuchLease = (lease: LeaseId) => new ControlError('NotFound', `lease '${lease}' does not exist or has ended`)
