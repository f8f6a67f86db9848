/**
 * One of several that want the lock. Who has it numbers pages of a ledger, one after the other:
 *
 *     acquire ─ absent(lock), lease ─► term = revision at which the lock came to be
 *        ▲                               │ catch up to that revision
 *        │                               ▼
 *        └── fence failed ──────────── write page n+1, guarded by create-revision(lock) = term
 *
 * No clock decides here who may write: the fence does, in the commit of each page.
 */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance } from '@muster/base/random.ts'
import type { Cause, Commit, CommitOutcome, Guard, LeaseId, Revision, Write } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import type { Audit } from './audit.ts'
import { type Copy, emptyCopy, follow } from './replica.ts'
import type { RemoteStore } from './wire.ts'

/** The key that is the lock. */
export const LOCK = 'lock'
/** The number of the last page. */
export const COUNTER = 'work/counter'
/** What page keys start with. */
export const LEDGER = 'work/ledger/'

/** A lock as its holder won it. */
export interface Held {
  readonly lease: LeaseId
  /** The create revision of the lock: the fencing token. */
  readonly term: Revision
  /** The revision of the lock's last put, as its holder last heard. */
  readonly revision: Revision
}

/** The decisions on which safety rests, so that a test can put a wrong one in its place. */
export interface Rules {
  /** What must hold for a holder's write. */
  fence(held: Held): readonly Guard[]
  /** Resolves when a new holder may act. */
  catchUp(process: Process, copy: Copy, term: Revision): Promise<void>
  /** What to try after an unknown outcome. */
  repeat(commit: Commit, process: Process): Commit
}

/** The right decisions. */
export const RULES: Rules = {
  fence: ({ term }) => [{ guard: 'create-revision', key: LOCK, equals: term }],
  async catchUp({ clock }, copy, term) {
    while (copy.revision < term) await clock.sleep(LOOK_AGAIN)
  },
  repeat: (commit) => commit,
}

/** Whole seconds, at least twice the time-out of a question. */
export const LOCK_TTL = seconds(3)
const KEEP_ALIVE_EVERY = seconds(1)
const LOOK_AGAIN = milliseconds(20)
const REPEAT_AFTER = milliseconds(100)

/** How often the lock's own value is put again; each moves its revision, and must not move the fence. */
const PAGES_PER_ANNOUNCEMENT = 4

/** What a member is given. */
export interface MemberDeps {
  readonly process: Process
  readonly store: RemoteStore
  readonly rules: Rules
  readonly audit: Audit
}

/** Competes for the lock and works while it has it, until the process ends. */
export async function member(deps: MemberDeps): Promise<never> {
  const { process, store, audit } = deps
  const copy = emptyCopy()
  audit.watches(process, copy)
  follow(process, store, copy).catch(process.fail)
  for (;;) {
    await process.clock.sleep(milliseconds(between(process.random, 100, 1500)))
    try {
      const held = await acquire(deps)
      if (held !== undefined) await hold(deps, held, copy)
    } catch (error) {
      // The store is away or full, or the lease ended too early: all of them are mended by trying anew.
      if (!isControlError(error)) throw error
      process.log(`gives up for now: ${error.code}`)
    }
  }
}

async function acquire(deps: MemberDeps): Promise<Held | undefined> {
  const { process, store, audit } = deps
  const asked = process.clock.elapsed()
  const lease = await store.lease(LOCK_TTL)
  audit.kept(lease, asked)
  const outcome = await commitSurely(
    deps,
    commitOf(process, 'acquires the lock', [{ guard: 'absent', key: LOCK }], [put(LOCK, process.name, lease)]),
  )
  if (outcome.outcome === 'conflict') {
    // A late copy of the same commit may still arrive: without its lease it cannot take the lock.
    await release(deps, lease)
    return undefined
  }
  process.log(`has the lock, term ${outcome.revision}`)
  return { lease, term: outcome.revision, revision: outcome.revision }
}

async function hold(deps: MemberDeps, held: Held, copy: Copy): Promise<void> {
  const { process, rules } = deps
  const over = new AbortController()
  keepAlive(deps, held.lease, over.signal).catch(process.fail)
  try {
    await rules.catchUp(process, copy, held.term)
    await work(deps, held, copy)
  } finally {
    over.abort()
  }
  if (chance(process.random, 0.5)) await release(deps, held.lease)
}

/** Writes pages until the fence fails or it has had enough. */
async function work(deps: MemberDeps, held: Held, copy: Copy): Promise<void> {
  const { process, rules, audit } = deps
  const counter = copy.entries.get(COUNTER)
  let page = counter === undefined ? 0 : Number(text.decode(counter.value))
  // Says only that the counter is the one we know. That nobody else writes is left to the fence alone.
  const sameCounter = (from: Revision): Guard =>
    from === 0 ? { guard: 'absent', key: COUNTER } : { guard: 'create-revision', key: COUNTER, equals: from }
  let counterFrom = counter?.createRevision ?? (0 as Revision)

  for (;;) {
    page++
    const turn = commitOf(
      process,
      `writes page ${page}`,
      [...rules.fence(held), sameCounter(counterFrom)],
      [put(COUNTER, String(page)), put(pageKey(page), String(held.term))],
    )
    const outcome = await commitSurely(deps, turn)
    if (outcome.outcome === 'conflict') return process.log(`is deposed from term ${held.term}`)
    audit.acknowledged(process, page, held.term, outcome)
    if (counterFrom === 0) counterFrom = outcome.revisions[0] ?? counterFrom
    if (page % PAGES_PER_ANNOUNCEMENT === 0 && !(await announce(deps, held, page))) return
    if (chance(process.random, 0.01)) return process.log(`steps down from term ${held.term}`)
    await process.clock.sleep(milliseconds(between(process.random, 20, 300)))
  }
}

/** Puts the lock again with what its holder has done. False when it is the holder no longer. */
async function announce(deps: MemberDeps, held: Held, page: number): Promise<boolean> {
  const { process } = deps
  const guard: Guard = { guard: 'create-revision', key: LOCK, equals: held.term }
  const value = `${process.name} at ${page}`
  const outcome = await commitSurely(deps, commitOf(process, 'announces', [guard], [put(LOCK, value, held.lease)]))
  return outcome.outcome === 'committed'
}

async function keepAlive({ process, store, audit }: MemberDeps, lease: LeaseId, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await process.clock.sleep(KEEP_ALIVE_EVERY)
    if (over.aborted) return
    const asked = process.clock.elapsed()
    try {
      await store.keepAlive(lease)
      audit.kept(lease, asked)
    } catch (error) {
      if (hasCode(error, 'NotFound')) return
      if (!isControlError(error)) throw error
    }
  }
}

async function release({ store, audit }: MemberDeps, lease: LeaseId): Promise<void> {
  audit.released(lease)
  await store.revoke(lease)
}

type Known = Exclude<CommitOutcome, { readonly outcome: 'unknown' }>

/** Repeats a commit until it is known how it ended. */
async function commitSurely({ process, store, rules }: MemberDeps, commit: Commit): Promise<Known> {
  for (let tried = commit; ; tried = rules.repeat(tried, process)) {
    try {
      const outcome = await store.commit(tried)
      if (outcome.outcome !== 'unknown') return outcome
    } catch (error) {
      // An earlier try may have been made durable: only an answer about the token can tell.
      if (!hasCode(error, 'Unavailable') && !hasCode(error, 'StorageFull')) throw error
    }
    await process.clock.sleep(REPEAT_AFTER)
  }
}

const text = new TextDecoder()
const bytes = new TextEncoder()

/** The key of a page, so padded that byte order is page order. */
export const pageKey = (page: number): string => `${LEDGER}${String(page).padStart(6, '0')}`

const put = (key: string, value: string, lease?: LeaseId): Write => ({
  write: 'put',
  key,
  value: bytes.encode(value),
  ...(lease !== undefined && { lease }),
})

function commitOf(process: Process, reason: string, guards: readonly Guard[], writes: readonly Write[]): Commit {
  const cause: Cause = { actor: process.name, reason }
  return { token: newId(process.random), guards, writes, cause }
}
