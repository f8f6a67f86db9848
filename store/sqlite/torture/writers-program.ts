/**
 * A store with 64 writers, to be killed: `asked` is said before a commit begins, `acked` before its writer goes on.
 * The parent takes what it has heard for the truth.
 */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { between, chance, fork, type Random, seededRandom } from '@muster/base/random.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import type { LeaseId, Revision, Store } from '../../store.ts'
import { openSqliteStore } from '../open.ts'
import { onOrder, say } from './saying.ts'
import { type Belief, commitOf, KEPT, type Plan, planCommit } from './workload.ts'

/** What the parent orders, once. */
export interface Start {
  readonly directory: string
  readonly seed: number
  /** Begins every token of this child, so that no other child has the same. */
  readonly name: string
  readonly writers: number
  /** How often compaction is asked for, on average; 0 for never. */
  readonly compactEveryMs: number
}

/** What it says of itself, in the order in which it happens. */
export type Said =
  | { readonly say: 'ready'; readonly head: Revision }
  | { readonly say: 'asked'; readonly plan: Plan }
  | { readonly say: 'acked'; readonly token: string; readonly revisions: readonly (Revision | null)[] }
  /** It conflicted, or could not be tried: nothing was written. */
  | { readonly say: 'declined'; readonly token: string }
  | { readonly say: 'compacting'; readonly horizon: Revision }
  | { readonly say: 'compacted'; readonly horizon: Revision }
  /** The lease will live at least this much longer than the wall clock's reading now. */
  | { readonly say: 'alive'; readonly lease: LeaseId; readonly atMs: number; readonly ttlMs: number }
  | { readonly say: 'revoking'; readonly lease: LeaseId }
  | { readonly say: 'revoked'; readonly lease: LeaseId }
  | { readonly say: 'broken'; readonly why: string }

/** Small, so that parts change under fire. */
export const PART_BYTES = 8 * 1024 * 1024

/** Every version of these keys is kept for ever, so that the parent can check all of them. */
export const KEEP = [{ prefix: KEPT, versions: 1_000_000 }]

const LEASE_HOLDERS = 3

async function run({ directory, seed, name, writers, compactEveryMs }: Start): Promise<void> {
  const random = seededRandom(seed)
  const store = await openSqliteStore({
    directory,
    clock: systemClock,
    random: systemRandom,
    partBytesMax: PART_BYTES,
  })
  const { head } = await store.status()
  const belief: Belief = new Map()
  for (const { key, revision } of (await store.range('')).entries) belief.set(key, revision)
  say({ say: 'ready', head } satisfies Said)
  const busy: Promise<void>[] = []
  for (let at = 0; at < writers; at++) busy.push(write(store, fork(random), `${name}/${at}`, belief))
  for (let at = 0; at < LEASE_HOLDERS; at++) busy.push(hold(store, fork(random), `${name}/lease-${at}`))
  if (compactEveryMs > 0) busy.push(compact(store, fork(random), compactEveryMs))
  await Promise.all(busy)
}

async function write(store: Store, random: Random, name: string, belief: Belief): Promise<void> {
  for (let count = 0; ; count++) {
    const plan = planCommit(random, `${name}/${count}`, belief)
    await commit(store, plan, belief)
    if (chance(random, 0.2)) await systemClock.sleep(milliseconds(between(random, 0, 8)))
  }
}

/** True when it was committed. */
async function commit(store: Store, plan: Plan, belief: Belief): Promise<boolean> {
  const { token, writes } = plan
  say({ say: 'asked', plan } satisfies Said)
  try {
    const outcome = await store.commit(commitOf(plan))
    switch (outcome.outcome) {
      case 'committed':
        for (const [at, { write, key }] of writes.entries()) {
          const revision = outcome.revisions[at] ?? 0
          if (revision >= (belief.get(key) ?? 0)) belief.set(key, write === 'put' ? revision : 0)
        }
        say({ say: 'acked', token, revisions: outcome.revisions.map((at) => at ?? null) } satisfies Said)
        return true
      case 'conflict':
        if ('key' in outcome.guard) belief.set(outcome.guard.key, outcome.revision)
        say({ say: 'declined', token } satisfies Said)
        return false
      case 'unknown':
        throw new Error(`commit ${token} is unknown: ${outcome.reason}`)
      default:
        return outcome satisfies never
    }
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
    say({ say: 'declined', token } satisfies Said)
    return false
  }
}

/** Leases that are left behind, revoked, or kept alive a few times. */
async function hold(store: Store, random: Random, name: string): Promise<void> {
  const nothing: Belief = new Map()
  for (let count = 0; ; count++) {
    const ttl = seconds(chance(random, 0.7) ? 1 : 2)
    const grantedFrom = Date.now()
    const lease = await store.lease(ttl)
    say({ say: 'alive', lease, atMs: grantedFrom, ttlMs: ttl } satisfies Said)
    for (let round = between(random, 1, 3); round > 0; round--) {
      const keys = Array.from({ length: between(random, 1, 5) }, (_, at) => `${KEPT}${name}/${count}/${round}/${at}`)
      await commit(
        store,
        {
          token: `${name}/${count}/${round}`,
          guards: [{ guard: 'absent', key: keys[0] ?? KEPT }],
          writes: keys.map((key) => ({ write: 'put', key, bytes: 100, lease })),
        },
        nothing,
      )
      const from = Date.now()
      await store.keepAlive(lease)
      say({ say: 'alive', lease, atMs: from, ttlMs: ttl } satisfies Said)
    }
    await systemClock.sleep(milliseconds(between(random, 0, 30)))
    if (chance(random, 0.6)) {
      say({ say: 'revoking', lease } satisfies Said)
      await store.revoke(lease)
      say({ say: 'revoked', lease } satisfies Said)
    }
  }
}

async function compact(store: Store, random: Random, everyMs: number): Promise<void> {
  for (;;) {
    await systemClock.sleep(milliseconds(between(random, 0, 2 * everyMs)))
    const { head, horizon: before } = await store.status()
    const horizon = between(random, before, head) as Revision
    say({ say: 'compacting', horizon } satisfies Said)
    await store.compact({ horizon, keep: KEEP })
    say({ say: 'compacted', horizon } satisfies Said)
  }
}

onOrder<Start>((start) => {
  run(start).catch((error) => {
    const why = isControlError(error) ? `${error.code}: ${error.message}` : String(error?.stack ?? error)
    say({ say: 'broken', why } satisfies Said)
    process.exit(1)
  })
})
