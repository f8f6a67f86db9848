/** Heartbeats that nothing is written of, and nodes that stop beating. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { DEFAULT_LIVENESS } from './keep-nodes.ts'

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
const NODES = '/api/v1/nodes'

interface Answer {
  readonly status: number
  // What the server answers is looked at by each test.
  readonly body: Record<string, never> & {
    metadata: { resourceVersion: string }
    spec: { renewTime: string; holderIdentity: string }
  }
}

async function start() {
  const clock = simClock()
  const store = await openMemoryStore({ clock, random: seededRandom(1) })
  const open = () => openTestApi({ clock, store, liveness: DEFAULT_LIVENESS })
  let api = await open()
  let send = askMuster(api)
  const ask = async (method: string, path: string, object?: object, type = 'application/json'): Promise<Answer> => {
    const body = object && new TextEncoder().encode(JSON.stringify(object))
    const answer = await send({ method, path, headers: { 'content-type': type }, identity: 'admin', body })
    return { status: answer.status, body: JSON.parse(String(answer.body)) }
  }
  const restart = async () => {
    api.close()
    api = await openTestApi({ clock, store, liveness: DEFAULT_LIVENESS, isBootstrapped: true, seed: 2 })
    send = askMuster(api)
  }
  return { clock, store, ask, restart }
}

const time = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`
const lease = (name: string, second: number, more: object = {}) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'kube-node-lease' },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: time(second), ...more },
})
const beat = (second: number) => ({ spec: { renewTime: time(second) } })
const MERGE = 'application/merge-patch+json'
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })

test('a renewal writes nothing, is shown by reads, and leaves the version as it is', async () => {
  const { store, ask } = await start()
  const made = await ask('POST', LEASES, lease('n1', 1))
  equal(made.status, 201)
  const head = await store.head()
  const { resourceVersion } = made.body.metadata
  const full = { ...lease('n1', 11), metadata: { ...lease('n1', 11).metadata, resourceVersion } }
  const renewed = await ask('PUT', `${LEASES}/n1`, full)
  deepEqual(
    [renewed.status, renewed.body.spec.renewTime, renewed.body.metadata.resourceVersion],
    [200, time(11), resourceVersion],
  )
  // The version that is known is taken again, for ever.
  equal((await ask('PUT', `${LEASES}/n1`, { ...full, spec: lease('n1', 21).spec })).status, 200)
  const patched = await ask('PATCH', `${LEASES}/n1`, beat(31), MERGE)
  equal(patched.body.spec.renewTime, time(31))
  equal(await store.head(), head)
  equal((await ask('GET', `${LEASES}/n1`)).body.spec.renewTime, time(31))
  const list = (await ask('GET', LEASES)).body as unknown as { items: { spec: { renewTime: string } }[] }
  deepEqual(
    list.items.map(({ spec }) => spec.renewTime),
    [time(31)],
  )
  const everywhere = (await ask('GET', '/apis/coordination.k8s.io/v1/leases')).body as unknown as typeof list
  ok(everywhere.items.some(({ spec }) => spec.renewTime === time(31)))
})

test('a dry run beats nothing; another change is written, with the renewal that is known', async () => {
  const { store, ask } = await start()
  await ask('POST', LEASES, lease('n1', 1))
  const head = await store.head()
  await ask('PATCH', `${LEASES}/n1?dryRun=All`, beat(11), MERGE)
  equal((await ask('GET', `${LEASES}/n1`)).body.spec.renewTime, time(1))
  await ask('PATCH', `${LEASES}/n1`, beat(21), MERGE)
  const taken = await ask('PATCH', `${LEASES}/n1`, { spec: { holderIdentity: 'other' } }, MERGE)
  deepEqual([taken.body.spec.holderIdentity, taken.body.spec.renewTime], ['other', time(21)])
  ok((await store.head()) > head)
  equal((await ask('GET', `${LEASES}/n1`)).body.spec.renewTime, time(21))
})

test('leases elsewhere are written, whatever changes in them', async () => {
  const { store, ask } = await start()
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
  await ask('POST', path, { ...lease('leader', 1), metadata: { name: 'leader', namespace: 'default' } })
  const head = await store.head()
  await ask('PATCH', `${path}/leader`, beat(11), MERGE)
  equal(await store.head(), head + 1)
})

const conditionsOf = ({ body }: Answer) => {
  const { status } = body as unknown as { status?: { conditions?: { type: string; status: string; reason: string }[] } }
  return status?.conditions
    ?.filter(({ type }) => type === 'Ready')
    .map(({ status: says, reason }) => `${says} ${reason}`)
}
const ready = (second: number) => ({
  status: {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: `2026-01-01T00:00:${second}Z` },
    ],
  },
})

test('a node that falls silent is said to be, once; one that beats is not, nor one that reports', async () => {
  const { clock, store, ask } = await start()
  const strategic = 'application/strategic-merge-patch+json'
  for (const name of ['beats', 'reports', 'stops', 'never']) await ask('POST', NODES, node(name))
  for (const name of ['beats', 'stops']) await ask('POST', LEASES, lease(name, 1))
  for (const name of ['beats', 'reports', 'stops']) await ask('PATCH', `${NODES}/${name}/status`, ready(10), strategic)
  for (let turn = 0; turn < 7; turn++) {
    await clock.advance(seconds(10))
    await ask('PATCH', `${LEASES}/beats`, beat(turn + 2), MERGE)
    if (turn % 3 === 2) await ask('PATCH', `${NODES}/reports/status`, ready(20 + turn), strategic)
  }
  deepEqual(conditionsOf(await ask('GET', `${NODES}/beats`)), ['True KubeletReady'])
  deepEqual(conditionsOf(await ask('GET', `${NODES}/reports`)), ['True KubeletReady'])
  deepEqual(conditionsOf(await ask('GET', `${NODES}/stops`)), ['Unknown NodeStatusUnknown'])
  deepEqual(conditionsOf(await ask('GET', `${NODES}/never`)), ['Unknown NodeStatusNeverUpdated'])
  const head = await store.head()
  await clock.advance(seconds(20))
  equal(await store.head(), head)
  const { items } = (await ask('GET', `${NODES}/stops/history`)).body as unknown as { items?: unknown[] }
  ok(items === undefined || items.length > 0)
})

test('a server that starts gives every node its whole time, and one that stood still blames nobody', async () => {
  const { clock, ask, restart } = await start()
  await ask('POST', NODES, node('n1'))
  await ask('PATCH', `${NODES}/n1/status`, ready(10), 'application/strategic-merge-patch+json')
  await clock.advance(seconds(30))
  await restart()
  await clock.advance(seconds(35))
  deepEqual(conditionsOf(await ask('GET', `${NODES}/n1`)), ['True KubeletReady'])
  await clock.advance(seconds(10))
  deepEqual(conditionsOf(await ask('GET', `${NODES}/n1`)), ['Unknown NodeStatusUnknown'])
})
