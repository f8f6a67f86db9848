/** Several writes together, over a store in memory. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Commit, CommitOutcome, Store } from '@muster/store/store.ts'
import type { Stage } from './stage.ts'
import { parseObject } from './stored-object.ts'
import { listing, openTestbed, PODS, plainStore, pod, podKey, request } from './testbed.ts'

const together = <Decided>(decide: (stage: Stage) => Promise<Decided>, dryRun = false) => ({
  ...request(),
  dryRun,
  decide,
})
const label = (value: string) => (current: KubeObject | undefined) => {
  ok(current)
  current.metadata.labels = { value }
  return current
}
const shown = (object: Parameters<typeof parseObject>[0]) => parseObject(object).metadata.labels?.value

/** Counts commits, and may lose the answers to some or do something before them. */
function watched(before: (commit: Commit, store: Store) => Promise<unknown> = async () => {}) {
  const commits: Commit[] = []
  let losesNext = false
  return {
    commits,
    loseNext: () => {
      losesNext = true
    },
    wrap: (store: Store): Store => ({
      ...plainStore(store),
      async commit(commit): Promise<CommitOutcome> {
        commits.push(commit)
        await before(commit, store)
        const outcome = await store.commit(commit)
        if (!losesNext) return outcome
        losesNext = false
        return { outcome: 'unknown', reason: 'the answer is lost' }
      },
    }),
  }
}

test('later writes see earlier ones, nobody else does, and the commit is one', async () => {
  const { commits, wrap } = watched()
  const { storage } = await openTestbed(simClock(), wrap)
  await storage.create(podKey('old'), pod('old', { value: '1' }), request())
  const before = commits.length
  const done = await storage.together(
    together(async (stage) => {
      await stage.create(podKey('new'), pod('new', { value: '1' }), request())
      await stage.update(podKey('old'), { ...request(), change: label('2') })
      const seen = (await stage.list({ ...PODS, cluster: 'main' }, listing())).items.map(shown)
      const others = (await storage.list({ ...PODS, cluster: 'main' }, listing())).items.map(shown)
      return { seen: seen.sort(), others }
    }),
  )
  deepEqual(done.decided, { seen: ['1', '2'], others: ['1'] })
  equal(commits.length, before + 1)
  equal(done.revisionOf(podKey('old')), (done.revisionOf(podKey('new')) ?? 0) + 1)
  equal(done.revision, (await storage.get(podKey('old'))).revision)
})

test('a dry run writes nothing, and nothing is written when a later write is refused', async () => {
  const { commits, wrap } = watched()
  const { storage } = await openTestbed(simClock(), wrap)
  const before = commits.length
  const make = (stage: Stage) => stage.create(podKey('new'), pod('new'), request())
  equal((await storage.together(together(make, true))).outcome, 'tried')
  const wrong = storage.together(
    together(async (stage) => {
      await make(stage)
      await stage.remove(podKey('never'), { ...request(), options: {}, rules: {} })
    }),
  )
  await rejects(wrong, (error) => hasCode(error, 'NotFound'))
  await rejects(storage.together(together(async (stage) => [await make(stage), await make(stage)])), (error) =>
    hasCode(error, 'AlreadyExists'),
  )
  equal(commits.length, before)
})

test('all is decided anew when something changes in between: what is written, what is as it should be, what is looked at', async () => {
  for (const touched of ['written', 'unchanged', 'expected']) {
    let isTouched = false
    const { wrap } = watched(async ({ token, cause }, store) => {
      if (isTouched || !token.includes('together')) return
      isTouched = true
      const { entries } = await store.range(`core/pods/main/shop/${touched}`)
      const [entry] = entries
      ok(entry)
      const text = Buffer.from(entry.value).toString().replace('"value":"1"', '"value":"x"')
      await store.commit({
        token: 'somebody',
        guards: [{ guard: 'revision', key: entry.key, equals: entry.revision }],
        writes: [{ write: 'put', key: entry.key, value: Buffer.from(text) }],
        cause,
      })
    })
    const { storage } = await openTestbed(simClock(), wrap)
    for (const name of ['written', 'unchanged', 'expected']) {
      await storage.create(podKey(name), pod(name, { value: '1' }), request())
    }
    let tries = 0
    const seen: unknown[] = []
    await storage.together(
      together(async (stage) => {
        tries++
        const looked = await stage.find(podKey('expected'))
        ok(looked)
        await stage.expect(podKey('expected'), { expected: 'there', resourceVersion: `${looked.revision}` })
        await stage.update(podKey('unchanged'), { ...request(), change: (current) => current ?? pod('unchanged') })
        const { object } = await stage.update(podKey('written'), {
          ...request(),
          change(current) {
            seen.push(current?.metadata.labels?.value)
            return label('2')(current)
          },
        })
        return object
      }),
    )
    equal(tries, 2, touched)
    deepEqual(seen, ['1', touched === 'written' ? 'x' : '1'])
    equal(shown(await storage.get(podKey('written'))), '2')
  }
})

test('an answer that is lost is asked for again, and all is done once', async () => {
  const clock = simClock()
  const { commits, wrap, loseNext } = watched()
  const { storage } = await openTestbed(clock, wrap)
  loseNext()
  const doing = storage.together(
    together(async (stage) => {
      await stage.create(podKey('a'), pod('a'), request())
      await stage.create(podKey('b'), pod('b'), request())
    }),
  )
  await clock.advance(seconds(1))
  const { revisionOf } = await doing
  const [first, again] = commits.slice(-2)
  equal(first?.token, again?.token)
  equal((await storage.get(podKey('a'))).revision, revisionOf(podKey('a')))
})

test('objects that are only looked at must have been so at one moment', async () => {
  const { storage } = await openTestbed(simClock())
  const { object } = await storage.create(podKey('a'), pod('a'), request())
  const look = (resourceVersion: string) =>
    storage.together(
      together(async (stage) => {
        await stage.expect(podKey('a'), { expected: 'there', resourceVersion })
        await stage.expect(podKey('b'), { expected: 'absent' })
      }),
    )
  equal((await look(`${object.revision}`)).revision, undefined)
  await rejects(look('1'), (error) => hasCode(error, 'Conflict'))
})

test('what does not fit into one commit is told in numbers, and not tried', async () => {
  const { commits, wrap } = watched()
  const { storage } = await openTestbed(simClock(), wrap)
  const before = commits.length
  const names = Array.from({ length: 101 }, (_, at) => `p${at}`)
  const many = (count: number, guards: number, size = 0) =>
    storage.together(
      together(async (stage) => {
        for (const name of names.slice(0, count)) {
          const grounds = () => ({
            guards: names.slice(0, guards).map((other) => ({ guard: 'absent' as const, key: `x/${other}` })),
          })
          await stage.create(podKey(name), pod(name, { size: 'x'.repeat(size) }), request({ grounds }))
        }
      }),
    )
  const refusals: [Promise<unknown>, RegExp][] = [
    [many(101, 0), /together that is 101 objects; at most 100 fit into one commit: split it/],
    [many(60, 41), /together that rests on 101 conditions .*; at most 100 fit/],
    [many(11, 0, 100_000), /together that takes 1\d{6} bytes as it is kept; at most 1048576 fit/],
  ]
  for (const [refused, why] of refusals) {
    await rejects(refused, (error) => {
      ok(isControlError(error) && error.code === 'TooLarge')
      match(error.message, why)
      return true
    })
  }
  equal(commits.length, before)
  equal((await many(60, 40)).outcome, 'committed')
})
