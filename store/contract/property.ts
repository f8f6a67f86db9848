/**
 * Goal: whatever is done to a store in whatever order, it answers as the model does; also after it was closed, or had
 *       crashed with a commit under way.
 * Method: random steps, run on an engine and on the model side by side; after each step the answers are compared.
 * Replay: a failure prints its seed and path; `SEED=… npm test -- store` runs that seed first.
 */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import fc from 'fast-check'
import type { Commit, Guard, Store, Write } from '../store.ts'
import type { Engine, Place } from './engine.ts'
import { Model, type ModelVersion } from './model.ts'
import { at, freshToken, showEvent, take, text } from './words.ts'

const KEYS = ['a', 'a/1', 'a/2', 'b', '中', '\u{1f600}'] as const
const key = fc.constantFrom(...KEYS)
const share = fc.double({ min: 0, max: 1, noNaN: true })

/** What a commit is to be; guards and leases are made from what is true when its turn comes. */
const plannedCommit = fc.record({
  writes: fc.uniqueArray(
    fc.record({ key, put: fc.boolean(), value: fc.string({ maxLength: 3 }), leased: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 3,
      selector: (write) => write.key,
    },
  ),
  guard: fc.constantFrom('revision', 'create-revision', 'absent', 'stale', 'prefix-empty'),
})
type PlannedCommit = typeof plannedCommit extends fc.Arbitrary<infer Planned> ? Planned : never

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ step: fc.constant('commit'), commit: plannedCommit }) },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('at once'),
      commits: fc.array(plannedCommit, { minLength: 2, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('repeat'), which: share }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('range at'), when: share }) },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('watch'),
      prefix: fc.constantFrom('', 'a', 'a/', '中'),
      from: share,
      cut: share,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('compact'),
      when: share,
      versions: fc.nat(3),
      since: share,
      prefix: fc.constantFrom('', 'a/'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('grant') }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('revoke') }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('reopen') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('crash'),
      commit: plannedCommit,
      how: fc.constantFrom('written', 'lost'),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** A place whose next write to the disk can be made to fail, and what was written be there or not after a crash. */
export interface FaultyPlace extends Place {
  failNextWrite?(how: 'written' | 'lost' | undefined): void
}

/** Adds the property test of one engine, which runs this many random histories. */
export function storeProperties(engine: Engine & { place(): Promise<FaultyPlace> }, settings: { runs: number }): void {
  test(`store ${engine.name}: answers as the model does`, async () => {
    const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const run = new Run(await engine.place())
        try {
          await run.all(steps)
        } finally {
          await run.end()
        }
      }),
      { numRuns: settings.runs, ...seed },
    )
  })
}

class Run {
  readonly #place: FaultyPlace
  readonly #model = new Model()
  readonly #commits: Commit[] = []
  #store: Store | undefined

  constructor(place: FaultyPlace) {
    this.#place = place
  }

  async all(steps: readonly Step[]): Promise<void> {
    this.#store = await this.#place.open()
    for (const one of steps) {
      await this.#do(one)
      await this.#compare()
    }
  }

  async end(): Promise<void> {
    await this.#store?.close()
    await this.#place.dispose()
  }

  get #open(): Store {
    if (!this.#store) throw new TypeError('the store is open while steps run')
    return this.#store
  }

  async #do(one: Step): Promise<void> {
    const model = this.#model
    switch (one.step) {
      case 'commit':
        await this.#commit(this.#plan(one.commit))
        break
      case 'at once': {
        const commits = one.commits.map((planned) => this.#plan(planned))
        const outcomes = await Promise.all(commits.map((commit) => this.#open.commit(commit)))
        // One process, one queue: in the order in which they were asked.
        for (const [index, commit] of commits.entries()) this.#agree(outcomes[index], model.commit(commit))
        this.#commits.push(...commits)
        break
      }
      case 'repeat': {
        const commit = this.#commits[Math.floor(one.which * (this.#commits.length - 1))]
        // A conflict is no answer to keep: the same commit may well succeed later.
        if (commit) this.#agree(await this.#open.commit(commit), model.commit(commit))
        break
      }
      case 'range at': {
        const when = at(Math.floor(one.when * model.head))
        if (when < model.horizon) await rejects(this.#open.range('', { at: when }), { code: 'Gone' })
        else deepEqual((await this.#open.range('', { at: when })).entries.map(plainEntry), model.fold(when).map(plain))
        break
      }
      case 'watch':
        await this.#watch(one)
        break
      case 'compact': {
        const horizon = at(model.horizon + Math.floor(one.when * (model.head - model.horizon)))
        const keep = [{ prefix: one.prefix, versions: one.versions, since: at(Math.floor(one.since * horizon)) }]
        await this.#open.compact({ horizon, keep })
        model.compact({ horizon, keep })
        break
      }
      case 'grant':
        model.leases.add(await this.#open.lease(seconds(3600)))
        break
      case 'revoke': {
        const [lease] = model.leases
        if (lease === undefined) break
        await this.#open.revoke(lease)
        model.endLease(lease)
        break
      }
      case 'reopen':
        await this.#open.close()
        this.#store = await this.#place.open()
        break
      case 'crash':
        await this.#crash(one.commit, one.how === 'written' ? 'written' : 'lost')
        break
    }
  }

  /** A commit is in doubt; the store stops; the process ends; the next one learns what became of it. */
  async #crash(planned: PlannedCommit, how: 'written' | 'lost'): Promise<void> {
    if (!this.#place.crash || !this.#place.failNextWrite) return
    const commit = this.#plan(planned)
    this.#place.failNextWrite(how)
    const outcome = await this.#open.commit(commit)
    const judged = this.#model.commit(commit)
    if (outcome.outcome === 'unknown') {
      equal((await this.#open.status()).health.state, 'stopped')
      await rejects(this.#open.commit({ ...commit, token: freshToken() }), { code: 'Unavailable' })
    } else {
      // Nothing had to be written, so nothing could fail.
      this.#agree(outcome, judged)
      this.#place.failNextWrite(undefined)
    }
    this.#place.crash()
    this.#store = await this.#place.open()
    this.#agree(await this.#open.commit(commit), judged)
    this.#commits.push(commit)
  }

  async #commit(commit: Commit): Promise<void> {
    this.#agree(await this.#open.commit(commit), this.#model.commit(commit))
    this.#commits.push(commit)
  }

  #plan({ writes, guard }: PlannedCommit): Commit {
    const first = writes[0]?.key ?? 'a'
    const live = this.#model.fold().find((version) => version.key === first)
    const [lease] = this.#model.leases
    const guards: Guard[] = [
      guard === 'create-revision'
        ? { guard, key: first, equals: live?.createRevision ?? at(0) }
        : guard === 'absent'
          ? { guard, key: first }
          : { guard: 'revision', key: first, equals: guard === 'stale' ? at(1) : (live?.revision ?? at(0)) },
    ]
    if (guard === 'prefix-empty') guards.push({ guard, prefix: 'a/' })
    return {
      token: freshToken(),
      guards,
      cause: { actor: 'property', reason: 'a step' },
      writes: writes.map(({ key, put, value, leased }): Write => {
        if (!put) return { write: 'delete', key }
        const bytes = Buffer.from(value)
        return leased && lease !== undefined
          ? { write: 'put', key, value: bytes, lease }
          : { write: 'put', key, value: bytes }
      }),
    }
  }

  #agree(outcome: Awaited<ReturnType<Store['commit']>> | undefined, expected: ReturnType<Model['commit']>): void {
    equal(outcome?.outcome, expected.outcome)
    if (outcome?.outcome === 'committed' && expected.outcome === 'committed') {
      deepEqual(outcome.revisions, expected.revisions)
    }
  }

  async #watch({ prefix, from, cut }: { prefix: string; from: number; cut: number }): Promise<void> {
    const { horizon, head, log } = this.#model
    const after = at(horizon + Math.floor(from * (head - horizon)))
    const expected = log.filter((version) => version.revision > after && version.key.startsWith(prefix))
    const before = (version: ModelVersion) => {
      const previous = log.findLast(({ key, revision }) => key === version.key && revision < version.revision)
      return previous?.value === undefined ? '' : ` was ${previous.value}@${previous.revision}`
    }
    const shown = expected.map((version) =>
      version.value === undefined
        ? `${version.key} gone @${version.revision}${before(version)}`
        : `${version.key}=${version.value}@${version.revision}${before(version)}`,
    )
    const firstPart = Math.floor(cut * expected.length)
    const one = this.#open.watch(prefix, after)
    // Handed out page by page: read on to the cut, then go on from there with another watch.
    const all = await take(one, expected.length)
    one.close()
    const cutAt = firstPart === 0 ? after : (all[firstPart - 1]?.revision ?? after)
    const other = this.#open.watch(prefix, cutAt)
    const rest = await take(other, expected.length - firstPart)
    // With nothing left to hand out, a reader that waits has a bookmark at the head.
    const waiting = other.next()
    await new Promise((resolve) => setImmediate(resolve))
    equal(other.revision, head)
    other.close()
    equal(await waiting, undefined)
    deepEqual([...all.slice(0, firstPart), ...rest].map(showEvent), shown)
  }

  async #compare(): Promise<void> {
    const status = await this.#open.status()
    deepEqual(
      [status.head, status.horizon, status.leases],
      [this.#model.head, this.#model.horizon, this.#model.leases.size],
    )
    deepEqual((await this.#open.range('')).entries.map(plainEntry), this.#model.fold().map(plain))
    equal(status.keys, this.#model.fold().length)
    let versions = 0
    for (const one of KEYS) {
      const history = await this.#open.history(one)
      const expected = this.#model.history(one)
      versions += expected.length
      deepEqual(
        history.map((version) => [
          version.revision,
          version.token,
          version.version === 'put' ? text(version.entry.value) : undefined,
        ]),
        expected.map(({ revision, token, value }) => [revision, token, value]),
      )
    }
    equal(status.versions, versions)
  }
}

const plain = ({ key, value, revision, createRevision, version, lease }: ModelVersion) => [
  key,
  value,
  revision,
  createRevision,
  version,
  lease,
]

const plainEntry = (entry: Awaited<ReturnType<Store['range']>>['entries'][number]) => [
  entry.key,
  text(entry.value),
  entry.revision,
  entry.createRevision,
  entry.version,
  entry.lease,
]
