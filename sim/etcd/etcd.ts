/**
 * An etcd cluster as its clients meet it: linearizable, with leases, and with every way in which an answer can fail to
 * come. One object plays the whole cluster: its members agree by raft, which is not what is on trial here.
 */
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { between, chance, pick, type Random } from '@muster/base/random.ts'
import type { SimClock } from '../clock.ts'
import { type Latency, uniform } from '../network.ts'
import type { Timer } from '../timers.ts'
import { type Keyspace, newKeyspace } from './keyspace.ts'
import { type EtcdWatch, openWatch, type WatchEnd, type WatchRequest } from './watch.ts'
import { type RangeRequest, type RangeResponse, refusal, type TxnRequest, type TxnResponse } from './words.ts'

/** How it behaves. Shares are of requests, in [0, 1]. */
export interface EtcdSettings {
  /** To etcd and back, half each. Default 1 to 5 ms. */
  readonly latency: Latency
  /** A request without an answer times out after this long; etcd's own is 5 s + 2 x election time-out = 7 s. */
  readonly timeout: Duration
  /** Never reach etcd: time-out, not applied. */
  readonly lostRequests: number
  /** Applied in time; the answer is lost. */
  readonly lostReplies: number
  /** Applied only after the client was told of the time-out. */
  readonly lateApplies: number
  /** etcd's --election-timeout: how long leases are extended beyond their TTL by a new leader. Default 1 s. */
  readonly election: Duration
}

/** What a client can ask. Everything but a watch may throw Timeout, which tells nothing about what was done. */
export interface Etcd {
  range(request: RangeRequest): Promise<RangeResponse>
  txn(request: TxnRequest): Promise<TxnResponse>
  /** Refuses a revision at or below the one compacted before (Gone), and one in the future (RevisionAhead). */
  compact(revision: number): Promise<void>
  /** Answers the time that is granted: at least 1.5 election time-outs, in whole seconds. */
  grant(ttlSeconds: number): Promise<{ readonly lease: number; readonly ttlSeconds: number }>
  keepAlive(lease: number): Promise<number>
  revoke(lease: number): Promise<void>
  watch(request: WatchRequest): EtcdWatch
}

/** An etcd and the one who tortures it. */
export interface SimEtcd extends Etcd {
  /** What has been applied: for checks, not for clients. */
  readonly keyspace: Keyspace
  set(settings: Partial<EtcdSettings>): void
  /** No leader for this long: requests wait. Then every lease has its full time, and the extension, again. */
  changeLeader(election: Duration): void
  /** Ends some lease that was kept alive, as overload and clock jumps of its leader do. */
  revokeSpuriously(): void
  breakWatches(): void
}

interface Lease {
  readonly ttlSeconds: number
  expiresAt: number
  /** When a leader that looks for expired leases will find this one. */
  end: Timer
}

/** How often a leader looks for leases that are over. Source: etcd, server/lease/lessor.go, runLoop. */
const LEASE_LOOK_EVERY_MS = 500

/** How much later than its client's time-out a request may still be applied. */
const LATE_MS_MAX = 10_000

/** An empty etcd. All its chance comes from `random`. */
export function simEtcd(clock: SimClock, random: Random, given: Partial<EtcdSettings> = {}): SimEtcd {
  let settings: EtcdSettings = {
    latency: uniform(milliseconds(1), milliseconds(5)),
    timeout: seconds(7),
    lostRequests: 0,
    lostReplies: 0,
    lateApplies: 0,
    election: seconds(1),
    ...given,
  }
  const keyspace = newKeyspace()
  const leases = new Map<number, Lease>()
  const watches = new Set<WatchEnd>()
  let nextLease = 1
  let leaderFrom = 0

  const later = (length: number) => clock.sleep(milliseconds(length))

  /** Runs once there is a leader, and wakes the watches. */
  const apply = async <Answer>(run: () => Answer): Promise<Answer> => {
    while (clock.elapsed() < leaderFrom) await later(leaderFrom - clock.elapsed())
    const before = keyspace.revision
    const answer = run()
    if (keyspace.revision !== before) for (const watch of watches) watch.wake()
    return answer
  }

  const ask = async <Answer>(run: () => Answer): Promise<Answer> => {
    const { latency, timeout, lostRequests, lostReplies, lateApplies } = settings
    const half = latency(random) / 2
    const answered = new AbortController()
    const timedOut = clock.sleep(timeout, answered.signal).then((): never => {
      throw refusal('timeout')
    })
    const reach = async (): Promise<Answer> => {
      if (chance(random, lostRequests)) return timedOut
      if (chance(random, lateApplies)) {
        // Nobody is told how it ends, not even that it is refused.
        later(timeout + between(random, 1, LATE_MS_MAX)).then(() => apply(run).catch(() => undefined))
        return timedOut
      }
      await later(half)
      const answer = await apply(run)
      if (chance(random, lostReplies)) return timedOut
      await later(half)
      return answer
    }
    try {
      return await Promise.race([reach(), timedOut])
    } finally {
      answered.abort()
    }
  }

  const endLease = (lease: number) => {
    const known = leases.get(lease)
    if (known === undefined) return
    clock.cancel(known.end)
    leases.delete(lease)
    keyspace.endLease(lease)
  }

  const start = (lease: number, ttlSeconds: number, more: number) => {
    const lasts = ttlSeconds * 1000 + more
    const end = clock.after(milliseconds(lasts + between(random, 0, LEASE_LOOK_EVERY_MS)), () => {
      apply(() => endLease(lease))
    })
    leases.set(lease, { ttlSeconds, expiresAt: clock.elapsed() + lasts, end })
  }

  const keepAlive = (lease: number): number => {
    const known = leases.get(lease)
    // One that has expired and was not looked at yet is not revived.
    if (known !== undefined && known.expiresAt <= clock.elapsed()) endLease(lease)
    if (known === undefined || !leases.has(lease)) throw refusal('leaseNotFound')
    clock.cancel(known.end)
    start(lease, known.ttlSeconds, 0)
    return known.ttlSeconds
  }

  return {
    keyspace,
    range: (request) => ask(() => keyspace.range(request)),
    txn: (request) => ask(() => keyspace.txn(request, (lease) => leases.has(lease))),
    compact: (revision) => ask(() => keyspace.compact(revision)),
    grant: (asked) =>
      ask(() => {
        const ttlSeconds = Math.max(asked, Math.ceil((1.5 * settings.election) / 1000))
        const lease = nextLease++
        start(lease, ttlSeconds, 0)
        return { lease, ttlSeconds }
      }),
    keepAlive: (lease) => ask(() => keepAlive(lease)),
    revoke: (lease) =>
      ask(() => {
        if (!leases.has(lease)) throw refusal('leaseNotFound')
        endLease(lease)
      }),
    watch(request) {
      const watch = openWatch(keyspace, request, () => clock.sleep(settings.latency(random)))
      watches.add(watch)
      return watch
    },

    set(change) {
      settings = { ...settings, ...change }
    },
    changeLeader(election) {
      leaderFrom = clock.elapsed() + election
      for (const [lease, { ttlSeconds, end }] of [...leases]) {
        clock.cancel(end)
        start(lease, ttlSeconds, election + settings.election)
      }
    },
    revokeSpuriously() {
      const [first, ...others] = leases.keys()
      if (first !== undefined) apply(() => endLease(pick(random, [first, ...others])))
    },
    breakWatches() {
      for (const watch of watches) watch.break()
      watches.clear()
    },
  }
}
