import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds, minutes, seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '../clock.ts'
import { type EtcdSettings, type SimEtcd, simEtcd } from './etcd.ts'
import type { WatchResponse } from './watch.ts'
import type { Op } from './words.ts'

const ALL = { key: '\0', end: '\xff' }
const put = (key: string, lease = 0): Op => ({ op: 'put', key, value: Buffer.from('1'), lease })
const write = (etcd: SimEtcd, ...success: Op[]) => etcd.txn({ compare: [], success, failure: [] })

/** Runs a client against an etcd until it is done. */
async function withEtcd(
  settings: Partial<EtcdSettings>,
  client: (etcd: SimEtcd, clock: ReturnType<typeof simClock>) => Promise<void>,
): Promise<void> {
  const clock = simClock()
  let done = false
  const running = client(simEtcd(clock, seededRandom(1), settings), clock).finally(() => {
    done = true
  })
  await Promise.all([running, clock.runUntilIdle({ max: minutes(10), until: () => done })])
}

test('a lost request, a lost reply and a late apply all look the same to the client', async () => {
  const applied: number[] = []
  const later: number[] = []
  for (const fault of ['lostRequests', 'lostReplies', 'lateApplies']) {
    await withEtcd({ [fault]: 1 }, async (etcd, clock) => {
      const asked = clock.elapsed()
      await rejects(write(etcd, put('a')), { code: 'Timeout' })
      equal(clock.elapsed() - asked, seconds(7))
      applied.push(etcd.keyspace.revision)
      await clock.sleep(seconds(11))
      later.push(etcd.keyspace.revision)
    })
  }
  deepEqual(applied, [1, 2, 1])
  deepEqual(later, [1, 2, 2])
})

test('a lease ends with its keys after its time, and not before', async () => {
  await withEtcd({}, async (etcd, clock) => {
    const { lease, ttlSeconds } = await etcd.grant(5)
    equal(ttlSeconds, 5)
    await write(etcd, put('a', lease), put('b', lease))
    await clock.sleep(seconds(4))
    equal(await etcd.keepAlive(lease), 5)
    await clock.sleep(seconds(4.9))
    equal((await etcd.range(ALL)).count, 2)
    await clock.sleep(seconds(0.7))
    deepEqual([(await etcd.range(ALL)).count, etcd.keyspace.revision], [0, 3])
    await rejects(etcd.keepAlive(lease), { code: 'NotFound' })
    await rejects(etcd.revoke(lease), { code: 'NotFound' })
    await rejects(write(etcd, put('a', lease)), { code: 'NotFound' })
  })
})

test('a short lease is granted for at least one and a half election time-outs', async () => {
  await withEtcd({ election: seconds(3) }, async (etcd) => {
    equal((await etcd.grant(1)).ttlSeconds, 5)
  })
})

test('a new leader gives every lease its full time and one election more', async () => {
  await withEtcd({}, async (etcd, clock) => {
    const { lease } = await etcd.grant(5)
    await write(etcd, put('a', lease))
    await clock.sleep(seconds(4))
    etcd.changeLeader(seconds(2))
    const asked = clock.elapsed()
    equal((await etcd.range(ALL)).count, 1)
    ok(clock.elapsed() - asked >= seconds(2), 'without a leader nobody answers')
    await clock.sleep(seconds(5.9))
    equal((await etcd.range(ALL)).count, 1)
    await clock.sleep(seconds(1))
    equal((await etcd.range(ALL)).count, 0)
  })
})

test('a lease can end for no reason', async () => {
  await withEtcd({}, async (etcd) => {
    const { lease } = await etcd.grant(60)
    await write(etcd, put('a', lease))
    etcd.revokeSpuriously()
    await rejects(etcd.keepAlive(lease), { code: 'NotFound' })
    equal((await etcd.range(ALL)).count, 0)
  })
})

const show = (response: WatchResponse | undefined) =>
  response && 'events' in response
    ? `${response.watch} ${response.events.map(({ kv }) => `${kv.modRevision}${kv.key}`)} at ${response.revision}`
    : response && `${response.watch} at ${'revision' in response ? response.revision : response.compactRevision}`

test('a watch from a revision gets all since, whole, and then what comes', async () => {
  await withEtcd({}, async (etcd, clock) => {
    await write(etcd, put('a'))
    await write(etcd, put('b'), put('c'), put('d'))
    const watch = etcd.watch({ ...ALL, startRevision: 2 })
    equal(show(await watch.next()), 'events 2a,3b,3c,3d at 3')
    const next = watch.next()
    await clock.sleep(milliseconds(50))
    await write(etcd, put('e'))
    equal(show(await next), 'events 4e at 4')
    watch.requestProgress()
    equal(show(await watch.next()), 'progress at 4')
    watch.cancel()
    equal(await watch.next(), undefined)
  })
})

test('a fragment is no place to resume from: all of them carry the last revision', async () => {
  await withEtcd({}, async (etcd) => {
    await write(etcd, put('b'), put('c'), put('d'))
    const watch = etcd.watch({ ...ALL, startRevision: 1, fragment: true })
    deepEqual([show(await watch.next()), show(await watch.next())], ['fragment 2b,2c at 2', 'events 2d at 2'])
  })
})

test('a watch that compaction has passed is told so and is over', async () => {
  await withEtcd({}, async (etcd) => {
    for (const key of ['a', 'b', 'c']) await write(etcd, put(key))
    await etcd.compact(3)
    const watch = etcd.watch({ ...ALL, startRevision: 2 })
    equal(show(await watch.next()), 'compacted at 3')
    equal(await watch.next(), undefined)
    await rejects(etcd.compact(3), { code: 'Gone' })
    await rejects(etcd.range({ ...ALL, revision: 2 }), { code: 'Gone' })
  })
})

test('a watch whose stream breaks says so', async () => {
  await withEtcd({}, async (etcd) => {
    const next = etcd.watch(ALL).next()
    etcd.breakWatches()
    await rejects(next, { code: 'Unavailable' })
  })
})
