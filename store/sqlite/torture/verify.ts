/** Looks at a store after a kill, and holds it to invariants 1 to 5, 9 and 10. Every failure is an AssertionError. */
import { deepEqual, equal, fail, ok } from 'node:assert/strict'
import { between, type Random } from '@muster/base/random.ts'
import type { Entry, Guard, Revision, Store, Version } from '../../store.ts'
import { type Asked, type Chronicle, settle } from './chronicle.ts'
import { commitOf, KEPT, PLANNED_KEYS, type PlannedWrite, valueBy } from './workload.ts'

/** What a look found, so that a test can tell that it found anything. */
export interface Findings {
  readonly versions: number
  readonly doubtful: number
  readonly doubtfulApplied: number
}

/** A token that the store itself makes up when a lease ends. */
const LEASE_ENDED = /^lease-ended\/(.+)$/

/** Clocks are read before and after what they time. */
const CLOCK_SLACK_MS = 5

/**
 * Reads what came since the last look, checks all of it, and repeats each doubtful commit. `whole` reads every history
 * from its beginning, so that what was seen once is still there.
 */
export async function verify(chronicle: Chronicle, store: Store, random: Random, whole: boolean): Promise<Findings> {
  const seen = await absorb(chronicle, store, whole)
  const doubtful = [...chronicle.asked.values()].filter(({ state }) => state === 'doubtful')
  const repeated = await Promise.all(doubtful.map((asked) => repeat(chronicle, store, asked)))
  const doubtfulApplied = repeated.filter(Boolean).length
  let more = await absorb(chronicle, store, false)
  await Promise.all(doubtful.map((asked) => repeatsTheSame(store, asked)))
  // Nothing is new but what leases took with them meanwhile: a token that is applied again is found here.
  more += await absorb(chronicle, store, false)
  await checkRanges(chronicle, store, random)
  return { versions: seen + more, doubtful: doubtful.length, doubtfulApplied }
}

/** Takes in the versions above the last head. Answers how many there were. */
async function absorb(chronicle: Chronicle, store: Store, whole: boolean): Promise<number> {
  const { head, horizon } = await store.status()
  ok(head >= chronicle.acked, `the head ${head} is below ${chronicle.acked}, which was acknowledged`)
  ok(head >= chronicle.head, `the head fell from ${chronicle.head} to ${head}`)
  ok(horizon >= chronicle.horizon, `the horizon fell from ${chronicle.horizon} to ${horizon}`)
  ok(horizon >= chronicle.horizonAcked, `the horizon ${horizon} was acknowledged at ${chronicle.horizonAcked}`)
  ok(horizon <= chronicle.horizonAsked, `nobody asked for the horizon ${horizon}`)
  const since = chronicle.head
  const fresh: Version[] = []
  const read = async (key: string) => {
    const before = chronicle.versions.get(key) ?? []
    const isKept = key.startsWith(KEPT)
    // Compaction, if there was one, has changed what lies below its horizon.
    const isLate = !whole && (isKept || horizon === chronicle.horizon)
    const from = (isLate ? since + 1 : 0) as Revision
    const history = await store.history(key, { from, to: head })
    checkAscends(key, history)
    const news = history.filter(({ revision }) => revision > since)
    fresh.push(...news)
    const old = history.slice(0, history.length - news.length)
    checkStillThere(key, before, old, isLate ? since + 1 : isKept ? 0 : horizon + 1)
    chronicle.versions.set(key, isLate || isKept ? [...before, ...news] : [...history])
  }
  await Promise.all([...keysOf(chronicle)].map(read))
  fresh.sort((one, other) => one.revision - other.revision)
  checkDense(fresh, Math.max(since, horizon), head)
  checkTimes(fresh)
  checkCommits(chronicle, fresh, horizon)
  checkAcked(chronicle, fresh, since, horizon)
  chronicle.head = head
  chronicle.horizon = horizon
  return fresh.length
}

function keysOf(chronicle: Chronicle): Set<string> {
  const keys = new Set(PLANNED_KEYS)
  for (const { plan } of chronicle.asked.values()) for (const { key } of plan.writes) keys.add(key)
  return keys
}

function checkAscends(key: string, history: readonly Version[]): void {
  for (let at = 1; at < history.length; at++) {
    const [one, other] = [history[at - 1]?.revision ?? 0, history[at]?.revision ?? 0]
    ok(one < other, `history of ${key}: ${other} comes after ${one}`)
  }
}

/** What was seen before is there as it was, from a revision on. */
function checkStillThere(key: string, before: readonly Version[], now: readonly Version[], from: number): void {
  const expected = before.filter(({ revision }) => revision >= from).map(label)
  const found = now.filter(({ revision }) => revision >= from).map(label)
  deepEqual(found, expected, `the history of ${key} changed`)
  for (const version of now) checkValue(version)
}

function checkDense(fresh: readonly Version[], after: number, head: number): void {
  const above = fresh.filter(({ revision }) => revision > after)
  for (const [at, { revision, key }] of above.entries()) {
    equal(revision, after + 1 + at, `revision ${after + 1 + at} is nowhere, or ${revision} (${key}) is there twice`)
  }
  equal(after + above.length, Math.max(head, after), 'a revision below the head is nowhere')
}

function checkTimes(fresh: readonly Version[]): void {
  for (let at = 1; at < fresh.length; at++) {
    const [one, other] = [fresh[at - 1], fresh[at]]
    if (one && other) ok(one.time <= other.time, `time goes back from ${label(one)} to ${label(other)}`)
  }
}

/** Each commit is there whole or not at all, as it was asked for, with its guards held just before. */
function checkCommits(chronicle: Chronicle, fresh: readonly Version[], horizon: number): void {
  const commits = new Map<string, Version[]>()
  for (const version of fresh) {
    const versions = commits.get(version.token)
    if (versions) versions.push(version)
    else commits.set(version.token, [version])
  }
  for (const [token, versions] of commits) {
    const first = versions[0]?.revision ?? 0
    ok(!chronicle.applied.has(token), `${token} at ${first} was applied at ${chronicle.applied.get(token)} already`)
    chronicle.applied.set(token, first)
    const [, lease] = LEASE_ENDED.exec(token) ?? []
    if (lease !== undefined) checkLeaseEnd(chronicle, lease, versions)
    else checkAsAsked(chronicle, token, versions, horizon)
  }
}

function checkAsAsked(chronicle: Chronicle, token: string, versions: readonly Version[], horizon: number): void {
  const asked = chronicle.asked.get(token)
  if (!asked) fail(`${token} is in the store and nobody asked for it`)
  ok(asked.state !== 'declined', `${token} is in the store and was declined`)
  const first = versions[0]?.revision ?? 0
  const last = versions.at(-1)?.revision ?? 0
  ok(first > asked.above, `${token} is at ${first}; ${asked.above} was acknowledged before it was asked for`)
  // What lies below the horizon may be thinned; which of it must be there all the same is looked at below.
  const above = versions.filter(({ revision }) => revision > horizon)
  const span = last - Math.max(first, horizon + 1) + 1
  const seen = versions.map(({ revision }) => revision)
  equal(above.length, Math.max(0, span), `${token} is not contiguous: ${seen}, the horizon is ${horizon}`)
  const found = new Map(versions.map((version) => [version.key, version]))
  let previous = 0
  for (const write of asked.plan.writes) {
    const version = found.get(write.key)
    found.delete(write.key)
    if (!version) {
      const thinned = !write.key.startsWith(KEPT) && first <= horizon
      ok(thinned || foundNothing(chronicle, write, first), `${token} is there, but not its ${write.write} ${write.key}`)
      continue
    }
    ok(version.revision > previous, `the writes of ${token} are out of order`)
    previous = version.revision
    equal(version.version, write.write === 'put' ? 'put' : 'deleted', `${token} at ${write.key}`)
    checkValue(version, write)
  }
  equal(found.size, 0, `${token} wrote ${[...found.keys()]}, which it was not asked for`)
  // Of a commit that the horizon cuts through, the writes below it may be thinned, with what its guards were about.
  const isWhole = first - asked.plan.writes.length > horizon
  if (isWhole) for (const guard of asked.plan.guards) checkGuard(chronicle, token, guard, first)
}

/** A deletion that is not there must have had nothing to delete. */
const foundNothing = (chronicle: Chronicle, { write, key }: PlannedWrite, first: number): boolean =>
  write === 'delete' && !entryBefore(chronicle, key, first)

function checkValue(version: Version, write?: PlannedWrite): void {
  if (version.version === 'deleted') return
  const { value, lease = '' } = version.entry
  const expected = valueBy(version.token, version.key, value.length)
  ok(Buffer.compare(value, expected) === 0, `${label(version)} holds other bytes than were written`)
  if (write?.write !== 'put') return
  equal(value.length, write.bytes, `${label(version)} has another size`)
  equal(lease, write.lease, `${label(version)} has another lease`)
}

function checkGuard(chronicle: Chronicle, token: string, guard: Guard, first: number): void {
  if (guard.guard !== 'absent' && guard.guard !== 'revision') return
  const before = entryBefore(chronicle, guard.key, first)?.revision ?? 0
  const wanted = guard.guard === 'absent' ? 0 : guard.equals
  equal(before, wanted, `${token} was committed at ${first} though its guard on ${guard.key} did not hold`)
}

/** What a key held just before a revision. */
function entryBefore(chronicle: Chronicle, key: string, revision: number): Entry | undefined {
  const version = chronicle.versions.get(key)?.findLast((older) => older.revision < revision)
  return version?.version === 'put' ? version.entry : undefined
}

function checkLeaseEnd(chronicle: Chronicle, lease: string, versions: readonly Version[]): void {
  const known = chronicle.leases.get(lease)
  const [{ revision: first = 0, time = 0 } = {}] = versions
  const gone = versions.map(({ key }) => key).sort()
  deepEqual(gone, boundAt(chronicle, lease, first).sort(), `lease ${lease} ended at ${first} without all of its keys`)
  const last = versions.at(-1)?.revision ?? 0
  equal(last - first + 1, versions.length, `the keys of lease ${lease} did not go together`)
  for (const version of versions) equal(version.version, 'deleted', `lease ${lease} wrote ${label(version)}`)
  // Granted and killed before it could be said: then its end is the store's own business.
  if (!known) return
  const early = known.notBeforeMs - time
  ok(early <= CLOCK_SLACK_MS, `lease ${lease} ended ${early} ms before its time`)
}

/** The keys that hold a lease just before a revision. */
function boundAt(chronicle: Chronicle, lease: string, revision: number): string[] {
  return [...chronicle.versions.keys()].filter((key) => entryBefore(chronicle, key, revision)?.lease === lease)
}

/** What was acknowledged since the last look is there, at the revisions that were said. */
function checkAcked(chronicle: Chronicle, fresh: readonly Version[], since: number, horizon: number): void {
  const found = new Map(fresh.map((version) => [version.revision, version]))
  for (const [token, { state, plan, revisions = [] }] of chronicle.asked) {
    if (state !== 'acked') continue
    for (const [at, write] of plan.writes.entries()) {
      const revision = revisions[at]
      if (revision === undefined || revision === null || revision <= since) continue
      if (!write.key.startsWith(KEPT) && revision <= horizon) continue
      const version = found.get(revision)
      if (version?.token === token && version.key === write.key) continue
      fail(
        `${token} was acknowledged with ${write.key} at ${revision}; there is ${version ? label(version) : 'nothing'}`,
      )
    }
  }
}

/** Tries a commit again whose answer was never heard. True when it turns out to have been made before. */
async function repeat(chronicle: Chronicle, store: Store, asked: Asked): Promise<boolean> {
  const { token } = asked.plan
  const appliedAt = chronicle.applied.get(token)
  const outcome = await store.commit(commitOf(asked.plan)).catch(({ code }) => ({ outcome: 'thrown', code }) as const)
  if (outcome.outcome === 'committed') {
    const [first = 0] = outcome.revisions.filter((revision) => revision !== undefined)
    if (appliedAt !== undefined) equal(first, appliedAt, `${token} was applied at ${appliedAt} and answers ${first}`)
    else if (first > 0 && first <= chronicle.head)
      ok(isThinned(chronicle, asked), `${token} answers ${first}, which is not there`)
    settle(
      chronicle,
      token,
      outcome.revisions.map((revision) => revision ?? null),
    )
    return appliedAt !== undefined
  }
  equal(appliedAt, undefined, `${token} was applied at ${appliedAt} and its repetition answers ${outcome.outcome}`)
  if (outcome.outcome === 'thrown') equal(outcome.code, 'NotFound', `${token} could not be repeated`)
  else equal(outcome.outcome, 'conflict')
  asked.state = 'declined'
  return false
}

/** All that a commit wrote may be below the horizon of a compaction that came before the kill. */
const isThinned = (chronicle: Chronicle, { plan }: Asked): boolean =>
  chronicle.horizon > 0 && plan.writes.every(({ key }) => !key.startsWith(KEPT))

async function repeatsTheSame(store: Store, { plan, state, revisions = [] }: Asked): Promise<void> {
  if (state !== 'acked') return
  const outcome = await store.commit(commitOf(plan))
  equal(outcome.outcome, 'committed', `${plan.token} was committed and then answered ${outcome.outcome}`)
  if (outcome.outcome !== 'committed') return
  deepEqual(
    outcome.revisions.map((revision) => revision ?? null),
    revisions,
    `${plan.token} was answered with other revisions`,
  )
}

/** A range at a revision is the fold of the histories up to it. */
async function checkRanges(chronicle: Chronicle, store: Store, random: Random): Promise<void> {
  const { head, horizon } = chronicle
  for (const at of [between(random, horizon, head), head]) {
    const { entries } = await store.range('', { at: at as Revision })
    const found = entries.map(({ key, revision, version }) => `${key}@${revision} v${version}`).sort()
    const fold = [...chronicle.versions.keys()].flatMap((key) => {
      const entry = entryBefore(chronicle, key, at + 1)
      return entry ? [`${key}@${entry.revision} v${entry.version}`] : []
    })
    deepEqual(found, fold.sort(), `range at ${at} is not the fold of the histories`)
  }
}

/** Waits for nothing: fails when a lease is left, or a key of one. Call it when all of their time is over. */
export async function checkLeasesAreOver(chronicle: Chronicle, store: Store): Promise<void> {
  equal((await store.status()).leases, 0, 'a lease outlived its time')
  const held = (await store.range('')).entries.filter(({ lease }) => lease !== undefined)
  deepEqual(
    held.map(({ key }) => key),
    [],
    'keys outlived their lease',
  )
  for (const lease of chronicle.revoked) equal(boundAt(chronicle, lease, Number.MAX_SAFE_INTEGER).length, 0)
}

const label = (version: Version): string => `${version.version} ${version.key}@${version.revision} by ${version.token}`
