/**
 * Goal: of several processes one runs its controllers, after it has seen all that leaders before it wrote; one that was
 *       paused writes nothing when it wakes; and on a hub without elections a Lease decides.
 */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { type Candidate, CandidateKind } from '@muster/api/elections/candidate.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import type { ApiRequest, Handle } from '@muster/api/message.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import { seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import { type ResourceRef, refOf } from '@muster/client/resource-ref.ts'
import { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { simClock } from '@muster/sim/clock.ts'
import { type Controller, waitForChange } from '../controller.ts'
import { runControllers } from '../run-controllers.ts'

const MAPS: ResourceRef<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}
const CANDIDATES = refOf<Candidate>(CandidateKind as never)
const LEASES: ResourceRef<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

/** Writes into each map labelled `task` who has looked at it; before the write it waits where the test wants. */
const signer = (name: string, before: () => Promise<void>): Controller => ({
  name,
  watches: MAPS,
  async reconcile(key, { client, informer }) {
    const map = informer(MAPS).get(key)
    if (map?.metadata.labels?.task === undefined || map.data?.by !== undefined) return waitForChange
    await before()
    await client.resource(MAPS).patch(key, { patch: 'merge', value: { data: { by: name } } })
    return waitForChange
  },
})

/** What leaves one process, and of it the writes. */
interface Wire {
  cut: 'nothing' | 'all' | 'all but writes'
  readonly writes: ApiRequest[]
}

async function open(kinds = [...BUILT_IN_KINDS, ...ELECTION_KINDS]) {
  const clock = simClock()
  const api = await openTestApi({ clock, kinds })
  const headers = { authorization: `Bearer ${api.adminToken}` }
  const admin = createClient({ send: api.handle, userAgent: 'test', headers })
  const start = (name: string, before = async () => {}) => {
    const stop = new AbortController()
    const wire: Wire = { cut: 'nothing', writes: [] }
    const send: Handle = (request) => {
      const isWrite = request.method === 'PATCH'
      if (wire.cut === 'all' || (wire.cut === 'all but writes' && !isWrite)) return new Promise(() => {})
      if (isWrite) wire.writes.push(request)
      return api.handle(request)
    }
    const hub = { clock, random: seededRandom(name.length), log: noLog, send, headers, allClusters: false }
    const election = { namespace: 'default', election: 'work', identity: name, session: seconds(15) }
    const ended = runControllers([signer(name, before)], {}, { ...hub, election }, stop.signal)
    return { wire, stop: () => stop.abort(), ended }
  }
  const task = (name: string) =>
    admin.resource(MAPS).create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name, labels: { task: '' } },
    })
  const signed = async (name: string) => (await admin.resource(MAPS).get({ namespace: 'default', name })).data?.by
  return { clock, api, admin, start, task, signed }
}

test('one works, and the next one when it stops: at once', async () => {
  const { clock, start, task, signed } = await open()
  const one = start('one')
  await clock.advance(seconds(1))
  const second = start('second')
  await clock.advance(seconds(1))
  await task('a')
  await clock.advance(seconds(1))
  equal(await signed('a'), 'one')
  equal(second.wire.writes.length, 0)
  ok(one.wire.writes.every(({ headers }) => /^default\/work@\d+$/.test(headers['muster-fence'] ?? '')))
  one.stop()
  await clock.advance(seconds(1))
  await task('b')
  await clock.advance(seconds(1))
  equal(await signed('b'), 'second')
})

test('a leader that hears nothing in the middle of a look sends nothing when it wakes, and stands again', async () => {
  const { clock, start, task, signed, admin } = await open()
  let wake = () => {}
  const pause = new Promise<void>((resolve) => {
    wake = resolve
  })
  const one = start('one', () => pause)
  await clock.advance(seconds(1))
  const second = start('second', async () => {})
  await clock.advance(seconds(1))
  await task('a')
  await clock.advance(seconds(1))
  one.wire.cut = 'all'
  await clock.advance(seconds(20))
  equal(await signed('a'), 'second')
  await admin
    .resource(MAPS)
    .patch({ namespace: 'default', name: 'a' }, { patch: 'json', operations: [{ op: 'remove', path: '/data/by' }] })
  await clock.advance(seconds(1))
  one.wire.cut = 'nothing'
  wake()
  await clock.advance(seconds(30))
  equal(await signed('a'), 'second')
  equal(one.wire.writes.length, 0)
  second.stop()
  await clock.advance(seconds(30))
  await task('c')
  await clock.advance(seconds(1))
  equal(await signed('c'), 'one')
})

test('a leader that does not know that it was deposed is refused once, and stands again', async () => {
  const { clock, start, task, signed, admin } = await open()
  let wake = () => {}
  const pause = new Promise<void>((resolve) => {
    wake = resolve
  })
  const one = start('one', () => pause)
  await clock.advance(seconds(1))
  await task('a')
  await clock.advance(seconds(1))
  one.wire.cut = 'all but writes'
  const { items } = await admin.resource(CANDIDATES).list({ namespace: 'default' })
  for (const { metadata } of items)
    await admin.resource(CANDIDATES).delete({ namespace: 'default', name: metadata.name ?? '' })
  wake()
  await clock.advance(seconds(5))
  deepEqual([await signed('a'), one.wire.writes.length], [undefined, 1], 'it did write, and was refused')
  one.wire.cut = 'nothing'
  await clock.advance(seconds(30))
  equal(await signed('a'), 'one')
})

test('on a hub without elections nothing is sent after the term, though nobody would refuse it', async () => {
  const { clock, start, task, signed, admin } = await open([...BUILT_IN_KINDS])
  let wake = () => {}
  const pause = new Promise<void>((resolve) => {
    wake = resolve
  })
  const one = start('one', () => pause)
  await clock.advance(seconds(1))
  await task('a')
  await clock.advance(seconds(1))
  one.wire.cut = 'all but writes'
  const second = start('second')
  await clock.advance(seconds(40))
  equal(await signed('a'), 'second')
  second.stop()
  await admin
    .resource(MAPS)
    .patch({ namespace: 'default', name: 'a' }, { patch: 'json', operations: [{ op: 'remove', path: '/data/by' }] })
  wake()
  await clock.advance(seconds(1))
  deepEqual([one.wire.writes.length, await signed('a')], [0, undefined])
})

test('on a hub without elections a Lease decides, and is given back', async () => {
  const { clock, start, task, signed, admin } = await open([...BUILT_IN_KINDS])
  const one = start('one')
  await clock.advance(seconds(1))
  const second = start('second')
  await clock.advance(seconds(5))
  await task('a')
  await clock.advance(seconds(1))
  equal(await signed('a'), 'one')
  const lease = await admin.resource(LEASES).get({ namespace: 'default', name: 'work' })
  equal(lease.spec?.holderIdentity?.split('_')[0], 'one')
  deepEqual(one.wire.writes[0]?.headers['muster-fence'], undefined)
  one.wire.cut = 'all'
  await clock.advance(seconds(20))
  await task('b')
  await clock.advance(seconds(1))
  equal(await signed('b'), 'second')
  second.stop()
  await clock.advance(seconds(1))
  equal((await admin.resource(LEASES).get({ namespace: 'default', name: 'work' })).spec?.holderIdentity, '')
})
