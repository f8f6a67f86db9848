/** Goal: of the replicas of an operator that knows of no fence, only the one that holds the Lease writes. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { checkKind } from '@muster/api/define-kind.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { LeaseGuardKind } from '@muster/api/elections/lease-guard.ts'
import { seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { EXTRA, type User } from '../auth/user.ts'
import { asker } from '../history/testing/ask.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { hookedStore } from './testing/hooked-store.ts'

const IN_SHOP = '/api/v1/namespaces/shop'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/shop/leases'
const GUARDS = '/apis/coordination.muster.dev/v1/namespaces/shop/leaseguards'
const MAPS = `${IN_SHOP}/configmaps`

const account = (extra: User['extra'] = {}): User => ({
  username: 'system:serviceaccount:shop:op',
  groups: ['system:masters'],
  extra,
})

test('the kind is one that Kubernetes would take', () => deepEqual(checkKind(LeaseGuardKind), []))

async function open(guard: object = {}) {
  const clock = simClock()
  const { store, beforeNextCommit } = hookedStore(await openMemoryStore({ clock, random: seededRandom(1) }))
  const tokens = new Map<string, User>([
    ['op-0', account({ [EXTRA.podName]: ['op-0'], [EXTRA.nodeName]: ['n0'] })],
    ['op-1', account({ [EXTRA.podName]: ['op-1'], [EXTRA.nodeName]: ['n1'] })],
    ['unbound', account()],
  ])
  const api = await openTestApi({ clock, store, kinds: [...BUILT_IN_KINDS, ...ELECTION_KINDS], tokens })
  const ask = asker(api)
  await ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'shop' } } })
  await ask('POST', `${IN_SHOP}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  const pod = { metadata: { name: 'op-0' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  equal((await ask('POST', `${IN_SHOP}/pods`, { body: pod })).status, 201)
  const spec = { lease: 'op', serviceAccounts: ['op'], ...guard }
  const created = await ask('POST', GUARDS, { body: { metadata: { name: 'op' }, spec } })
  equal(created.status, 201, created.body.message)
  await clock.advance(seconds(1))
  const as = (who: string, method: string, path: string, body?: object) =>
    ask(method, path, { ...(body ? { body } : {}), headers: { authorization: `Bearer ${who}` } })
  const hold = (who: string, holder: string) =>
    as(who, 'PATCH', `${LEASES}/op`, {
      spec: { holderIdentity: holder, leaseDurationSeconds: 15, acquireTime: '2026-01-01T00:00:00.000000Z' },
    })
  const lease = { metadata: { name: 'op' }, spec: { holderIdentity: 'op-0_aaa', leaseDurationSeconds: 15 } }
  const write = (who: string, name: string) => as(who, 'POST', MAPS, { metadata: { name } })
  return { clock, ask, as, hold, lease, write, beforeNextCommit }
}

test('who holds the Lease writes; who does not is told who does, and may still stand for it and say things', async () => {
  const { as, hold, lease, write } = await open()
  const none = await write('op-0', 'a')
  deepEqual([none.status, none.body.reason], [403, 'Deposed'])
  match(none.body.message, /lease shop\/op is held by nobody, not by pod "op-0"/)
  equal((await as('op-0', 'POST', LEASES, lease)).status, 201)
  equal((await write('op-0', 'a')).status, 201)

  const standby = await write('op-1', 'b')
  deepEqual([standby.status, standby.body.reason], [403, 'Deposed'])
  const event = { metadata: { name: 'e', namespace: 'shop' }, involvedObject: { kind: 'Pod', namespace: 'shop' } }
  equal((await as('op-1', 'POST', `${IN_SHOP}/events`, event)).status, 201)
  const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } }
  equal((await as('op-1', 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review)).status, 201)

  equal((await hold('op-1', 'op-1_bbb')).status, 200)
  equal((await write('op-1', 'b')).status, 201)
  for (const [method, path, body] of [
    ['PATCH', `${MAPS}/a`, { data: { x: 'y' } }],
    ['DELETE', `${MAPS}/a`, undefined],
    ['DELETE', MAPS, undefined],
    ['POST', '/api/v1/namespaces', { metadata: { name: 'other' } }],
    ['DELETE', `${MAPS}/a/history`, undefined],
    ['PATCH', `${IN_SHOP}/pods/op-0/status`, { status: { message: 'x' } }],
  ] as const) {
    const late = await as('op-0', method, path, body)
    deepEqual([method, path, late.status, late.body.reason], [method, path, 403, 'Deposed'])
    match(late.body.message, /is held by "op-1_bbb" since 2026-01-01T00:00:00.000000Z, not by pod "op-0"/)
  }
  // Its name is not taken for the beginning of another's.
  equal((await hold('op-1', 'op-01_ccc')).status, 200)
  equal((await write('op-0', 'c')).status, 403)
})

test('a renewal between look and commit costs a try; another holder costs the write', async () => {
  const { as, ask, hold, lease, write, beforeNextCommit } = await open()
  await as('op-0', 'POST', LEASES, lease)
  beforeNextCommit(async () => {
    const renewed = { spec: { renewTime: '2026-01-01T00:00:09.000000Z' } }
    equal((await as('op-0', 'PATCH', `${LEASES}/op`, renewed)).status, 200)
  })
  equal((await write('op-0', 'a')).status, 201)
  beforeNextCommit(async () => {
    equal((await hold('op-1', 'op-1_bbb')).status, 200)
  })
  const late = await write('op-0', 'b')
  deepEqual([late.status, late.body.reason], [403, 'Deposed'])
  equal((await ask('GET', `${MAPS}/b`)).status, 404)
})

test('a token that is bound to no pod cannot be told apart from others, and writes nothing', async () => {
  const { as, lease, write } = await open()
  await as('op-0', 'POST', LEASES, lease)
  const unbound = await write('unbound', 'a')
  deepEqual([unbound.status, unbound.body.reason], [403, 'Forbidden'])
  match(unbound.body.message, /this token names none; use one that is bound to a pod/)
})

test('pods on the network of their node are known by the node, and what is excepted is not asked about', async () => {
  const { as, lease, write } = await open({ writer: 'Node', except: [{ resource: 'secrets' }] })
  await as('op-0', 'POST', LEASES, { ...lease, spec: { ...lease.spec, holderIdentity: 'n0_aaa' } })
  equal((await write('op-0', 'a')).status, 201)
  equal((await write('op-1', 'b')).status, 403)
  equal((await as('op-1', 'POST', `${IN_SHOP}/secrets`, { metadata: { name: 's' } })).status, 201)
  // Named anew, the exceptions are those alone.
  const event = { metadata: { name: 'e', namespace: 'shop' }, involvedObject: { kind: 'Pod', namespace: 'shop' } }
  equal((await as('op-1', 'POST', `${IN_SHOP}/events`, event)).status, 403)
})

test('a guard says whose writes pass, and why none do', async () => {
  const { clock, as, ask, hold, lease } = await open()
  const held = async () => (await ask('GET', `${GUARDS}/op`)).body.status.conditions?.[0]
  equal((await held())?.reason, 'NoLease')
  await as('op-0', 'POST', LEASES, lease)
  await clock.advance(seconds(11))
  deepEqual([(await held())?.status, (await held())?.reason], ['True', 'Held'])
  await hold('op-0', 'somehost_1')
  await clock.advance(seconds(11))
  match((await held())?.message ?? '', /there is no pod somehost/)
  await hold('op-0', '')
  await clock.advance(seconds(11))
  equal((await held())?.reason, 'HeldByNobody')
})

test('a guard that is gone ties nobody', async () => {
  const { clock, ask, write } = await open()
  equal((await ask('DELETE', `${GUARDS}/op`)).status, 200)
  await clock.advance(seconds(1))
  equal((await write('unbound', 'a')).status, 201)
})
