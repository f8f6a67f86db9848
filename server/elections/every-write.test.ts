/** Whichever way something is written, it is fenced: refused once its term is over, also between its look and its commit. */
import { deepEqual, equal, notDeepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { asker } from '../history/testing/ask.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { hookedStore } from './testing/hooked-store.ts'

const SPACE = '/api/v1/namespaces/default'
const MAPS = `${SPACE}/configmaps`
const PODS = `${SPACE}/pods`
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const CANDIDATES = '/apis/coordination.muster.dev/v1/namespaces/default/candidates'

const map = (name: string, x: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { x } })
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'example.test/web:1' }] },
}
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

/** A write, and the object that it would change. */
interface Write {
  readonly way: string
  readonly method: string
  readonly path: string
  readonly body?: object
  readonly type?: string
  readonly object: string
}

const WRITES: readonly Write[] = [
  { way: 'create', method: 'POST', path: MAPS, body: map('new', '1'), object: `${MAPS}/new` },
  { way: 'update', method: 'PUT', path: `${MAPS}/a`, body: map('a', '3'), object: `${MAPS}/a` },
  { way: 'patch', method: 'PATCH', path: `${MAPS}/a`, body: { data: { x: '3' } }, object: `${MAPS}/a` },
  {
    way: 'apply',
    method: 'PATCH',
    path: `${MAPS}/a?fieldManager=m&force=1`,
    type: APPLY,
    body: map('a', '3'),
    object: `${MAPS}/a`,
  },
  {
    way: 'apply of what is not there',
    method: 'PATCH',
    path: `${MAPS}/new?fieldManager=m`,
    type: APPLY,
    body: map('new', '3'),
    object: `${MAPS}/new`,
  },
  { way: 'delete', method: 'DELETE', path: `${MAPS}/a`, object: `${MAPS}/a` },
  { way: 'deletecollection', method: 'DELETE', path: MAPS, object: `${MAPS}/a` },
  {
    way: 'removal of the last finalizer',
    method: 'PATCH',
    path: `${MAPS}/going`,
    body: { metadata: { finalizers: null } },
    object: `${MAPS}/going`,
  },
  {
    way: 'status',
    method: 'PATCH',
    path: `${PODS}/web/status`,
    body: { status: { message: 'x' } },
    object: `${PODS}/web`,
  },
  {
    way: 'scale',
    method: 'PATCH',
    path: `${DEPLOYMENTS}/web/scale`,
    body: { spec: { replicas: 7 } },
    object: `${DEPLOYMENTS}/web`,
  },
  {
    way: 'binding',
    method: 'POST',
    path: `${PODS}/idle/binding`,
    body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'idle' }, target: { name: 'n1' } },
    object: `${PODS}/idle`,
  },
  {
    way: 'eviction',
    method: 'POST',
    path: `${PODS}/web/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } },
    object: `${PODS}/web`,
  },
  {
    way: 'ephemeralcontainers',
    method: 'PATCH',
    path: `${PODS}/web/ephemeralcontainers`,
    type: STRATEGIC,
    body: { spec: { ephemeralContainers: [{ name: 'look', image: 'example.test/look:1' }] } },
    object: `${PODS}/web`,
  },
  {
    way: 'finalize',
    method: 'PUT',
    path: '/api/v1/namespaces/other/finalize',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' }, spec: {} },
    object: '/api/v1/namespaces/other',
  },
  { way: 'revert', method: 'POST', path: `${MAPS}/a/revert`, body: { spec: { asOf: '-1s' } }, object: `${MAPS}/a` },
  {
    way: 'transaction',
    method: 'POST',
    path: '/apis/muster.dev/v1/transactions',
    body: {
      spec: {
        operations: [{ verb: 'update', object: { ...map('a', '3'), metadata: { name: 'a', namespace: 'default' } } }],
      },
    },
    object: `${MAPS}/a`,
  },
]

async function open() {
  const clock = simClock()
  const inner = await openMemoryStore({ clock, random: seededRandom(1) })
  const { store, beforeNextCommit } = hookedStore(inner)
  const kinds = [...BUILT_IN_KINDS, ...ELECTION_KINDS, TransactionKind]
  const api = await openTestApi({ clock, store, kinds })
  const ask = asker(api)
  const made = async (method: string, path: string, body: object) => {
    const answer = await ask(method, path, { body })
    equal(answer.status < 300, true, JSON.stringify(answer.body))
    return answer.body
  }
  await made('POST', `${SPACE}/serviceaccounts`, { metadata: { name: 'default' } })
  await made('POST', MAPS, map('a', '1'))
  await clock.advance(seconds(2))
  await made('PUT', `${MAPS}/a`, map('a', '2'))
  await made('POST', MAPS, { metadata: { name: 'going', finalizers: ['example.test/hold'] } })
  equal((await ask('DELETE', `${MAPS}/going`)).status, 200)
  await made('POST', PODS, { metadata: { name: 'web' }, spec: { ...template.spec, nodeName: 'n1' } })
  await made('POST', PODS, { metadata: { name: 'idle' }, spec: template.spec })
  const spec = { selector: { matchLabels: template.metadata.labels }, template }
  await made('POST', DEPLOYMENTS, { metadata: { name: 'web' }, spec })
  await made('POST', '/api/v1/namespaces', { metadata: { name: 'other' } })
  await made('POST', CANDIDATES.replace('candidates', 'elections'), { metadata: { name: 'work' }, spec: {} })
  const join = async (name: string) =>
    (await made('POST', CANDIDATES, { metadata: { name: `work.${name}` }, spec: { election: 'work', identity: name } }))
      .metadata.resourceVersion
  const leave = async (name: string) => equal((await ask('DELETE', `${CANDIDATES}/work.${name}`)).status, 200)
  const write = ({ method, path, body, type }: Write, term: string) =>
    ask(method, path, {
      ...(body ? { body } : {}),
      headers: { 'muster-fence': `default/work@${term}`, ...(type ? { 'content-type': type } : {}) },
    })
  const look = async ({ object }: Write) => {
    const { status, body } = await ask('GET', object)
    return status === 404 ? 'not there' : body
  }
  return { ask, join, leave, write, look, beforeNextCommit, api }
}

test('nothing is written in a term that is over', async (t) => {
  const { join, leave, write, look, api } = await open()
  t.after(() => api.close())
  const term = await join('one')
  await leave('one')
  await join('two')
  for (const one of WRITES) {
    const before = await look(one)
    const { status, body } = await write(one, term)
    deepEqual([one.way, status, body.reason], [one.way, 409, 'Deposed'], body.message)
    deepEqual(await look(one), before, one.way)
  }
})

test('nothing is written in a term that ends between look and commit', async (t) => {
  const { join, leave, write, look, beforeNextCommit, api } = await open()
  t.after(() => api.close())
  for (const [at, one] of WRITES.entries()) {
    const before = await look(one)
    const term = await join(`c${at}`)
    let isOver = false
    beforeNextCommit(async () => {
      await leave(`c${at}`)
      isOver = true
    })
    const { status, body } = await write(one, term)
    deepEqual([one.way, isOver, status, body.reason], [one.way, true, 409, 'Deposed'], body.message)
    deepEqual(await look(one), before, one.way)
  }
})

test('each of them is written in its term', async (t) => {
  for (const one of WRITES) {
    const { join, write, look, api } = await open()
    t.after(() => api.close())
    const before = await look(one)
    const { status, body } = await write(one, await join('one'))
    equal(status < 300, true, `${one.way}: ${JSON.stringify(body)}`)
    const after = await look(one)
    notDeepEqual(after, before, one.way)
  }
})

test('a history is not erased in a term that is over', async (t) => {
  const { ask, join, leave, api } = await open()
  t.after(() => api.close())
  const term = await join('one')
  const erase = () => ask('DELETE', `${MAPS}/a/history`, { headers: { 'muster-fence': `default/work@${term}` } })
  await leave('one')
  const { status, body } = await erase()
  deepEqual([status, body.reason], [409, 'Deposed'], body.message)
  const { versions } = (await ask('GET', `${MAPS}/a/history`)).body
  equal(
    versions.some(({ erased }) => erased),
    false,
  )
})
