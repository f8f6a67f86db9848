/** Transactions over the API, in process: what they do, and that they do nothing when a part of them may not be. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const TRANSACTIONS = '/apis/muster.dev/v1/transactions'
const SPACE = '/api/v1/namespaces/default'

const transaction = (operations: readonly object[], more: object = {}) => ({
  apiVersion: 'muster.dev/v1',
  kind: 'Transaction',
  spec: { operations, ...more },
})
const configMap = (name: string, data: object = {}, namespace = 'default', metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
  data,
})
const create = (object: object) => ({ verb: 'create', object })
const target = (name: string, kind = 'ConfigMap', apiVersion = 'v1') => ({
  apiVersion,
  kind,
  name,
  ...(kind === 'Namespace' ? {} : { namespace: 'default' }),
})

interface Cause {
  readonly reason?: string
  readonly field?: string
  readonly message?: string
}

async function open(t: TestContext) {
  const { api, ask } = await openAsk({ clock: systemClock, kinds: [...BUILT_IN_KINDS, TransactionKind] })
  t.after(() => api.close())
  const transact = async (operations: readonly object[], more: object = {}, query = '') => {
    const { status, body, warnings } = await ask('POST', TRANSACTIONS + query, transaction(operations, more))
    const { details } = body as unknown as { details?: { causes?: readonly Cause[] } }
    return { code: status, body, warnings, causes: details?.causes ?? [] }
  }
  const get = async (path: string) => (await ask('GET', path)).body
  const status = async (path: string) => (await ask('GET', path)).status
  return { api, ask, transact, get, status }
}

test('operations of every verb are done in one commit, and each tells what became of it', async (t) => {
  const { ask, transact, get, status } = await open(t)
  for (const name of ['patched', 'updated', 'applied', 'gone', 'looked-at']) {
    equal((await ask('POST', `${SPACE}/configmaps`, configMap(name, { n: '1' }))).status, 201)
  }
  const before = Number((await get(`${SPACE}/configmaps`)).metadata.resourceVersion)
  const { code, body } = await transact(
    [
      create(configMap('new', { n: '0' })),
      { verb: 'update', object: configMap('updated', { n: '2' }) },
      { verb: 'apply', object: configMap('applied', { m: '3' }), fieldManager: 'me', force: true },
      { verb: 'patch', target: target('patched'), patchType: 'merge', patch: { data: { n: '4' } } },
      { verb: 'delete', target: target('gone') },
      { verb: 'check', target: target('looked-at') },
      { verb: 'check', target: target('never-there'), absent: true },
      create({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'default' },
        spec: SPEC,
      }),
    ],
    { reason: 'all at once' },
  )
  equal(code, 201, body.message)
  const results = body.status.results as readonly { result: string; resourceVersion?: string }[]
  deepEqual(
    results.map(({ result, resourceVersion }) => [result, resourceVersion && Number(resourceVersion) - before]),
    [
      ['created', 1],
      ['updated', 2],
      ['updated', 3],
      ['updated', 4],
      ['deleted', 5],
      ['checked', undefined],
      ['checked', undefined],
      ['created', 6],
    ],
  )
  equal(body.status.applied, true)
  equal(Number(body.status.resourceVersion), before + 6)
  deepEqual((await get(`${SPACE}/configmaps/applied`)).data, { m: '3', n: '1' })
  equal(await status(`${SPACE}/configmaps/gone`), 404)
  const { versions } = (await get(`${SPACE}/configmaps/updated/history`)) as unknown as {
    versions: readonly { by: { reason: string; user: string; transaction: string } }[]
  }
  deepEqual(
    [versions[0]?.by.user, versions[0]?.by.reason, versions[0]?.by.transaction],
    ['admin', 'transaction of 8: all at once', body.status.id],
  )
})

const SPEC = {
  selector: { matchLabels: { app: 'web' } },
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } },
}

test('one refused is all refused, and each refusal is told by its operation and field', async (t) => {
  const { ask, transact, status } = await open(t)
  await ask('POST', `${SPACE}/configmaps`, configMap('there'))
  const { code, body, causes } = await transact([
    create(configMap('a')),
    create(configMap('there')),
    create({ ...configMap('b'), metadata: { name: 'b', namespace: 'default', labels: { 'a b': 'c' } } }),
    { verb: 'delete', target: target('not-there') },
    create(configMap('c', {}, 'no-such-namespace')),
  ])
  equal(code, 409)
  match(
    body.message,
    /^nothing was done: spec\.operations\[1\], create ConfigMap default\/there: configmaps "there" already exists \(3 more refused; details\.causes names each\)$/,
  )
  deepEqual(
    causes.map(({ field, reason }) => [field, reason]),
    [
      ['spec.operations[1]', 'AlreadyExists'],
      ['spec.operations[2].object.metadata.labels', 'FieldValueInvalid'],
      ['spec.operations[3]', 'NotFound'],
      ['spec.operations[4]', 'NotFound'],
    ],
  )
  equal(await status(`${SPACE}/configmaps/a`), 404)
})

test('what makes no sense is told before anything is done', async (t) => {
  const { transact } = await open(t)
  const wrong: [object[], string | undefined, RegExp][] = [
    [[], 'spec.operations', /should have at least 1 items/],
    [[{ verb: 'create' }], 'spec.operations[0].object', /create needs it/],
    [[{ ...create(configMap('a')), force: true }], 'spec.operations[0].force', /create has no use for it/],
    [[create(configMap('a', {}, ''))], 'spec.operations[0].object.metadata.namespace', /lives in a namespace/],
    [
      [create(configMap('a')), { verb: 'delete', target: target('a') }],
      'spec.operations[1]',
      /configmaps "a" is that of spec\.operations\[0\] already/,
    ],
    [
      [create({ apiVersion: 'x.dev/v1', kind: 'Y', metadata: { name: 'y' } })],
      'spec.operations[0].object.kind',
      /define it first/,
    ],
    [
      [create({ ...transaction([]), metadata: { name: 'x' } })],
      'spec.operations[0].object.kind',
      /answered and not kept/,
    ],
    [
      [{ verb: 'update', object: configMap('a'), subresource: 'scale' }],
      'spec.operations[0].subresource',
      /ConfigMap has no such part/,
    ],
    [Array.from({ length: 101 }, (_, at) => create(configMap(`a${at}`))), 'spec.operations', /Too many/],
  ]
  for (const [operations, field, why] of wrong) {
    const { code, causes, body } = await transact(operations)
    equal(code, 422, body.message)
    equal(causes[0]?.field, field)
    match(causes[0]?.message ?? '', why)
  }
})

test('later operations see earlier ones: a namespace and what is in it, an owner and what is its', async (t) => {
  const { transact, get } = await open(t)
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner' }
  const operations = [
    create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }),
    create(configMap('owner', {}, 'shop')),
    create(configMap('owned', {}, 'shop', { ownerReferences: [owner] })),
  ]
  const tried = await transact(operations, { dryRun: true })
  equal(tried.code, 201, tried.body.message)
  equal((await get('/api/v1/namespaces/shop')).status, 'Failure')
  equal((await transact(operations)).code, 201)
  const { uid } = (await get('/api/v1/namespaces/shop/configmaps/owner')).metadata
  const owned = (await get('/api/v1/namespaces/shop/configmaps/owned')).metadata
  deepEqual(owned.ownerReferences, [{ ...owner, uid }])
  const refused = await transact([
    create(configMap('x', {}, 'shop', { ownerReferences: [{ ...owner, name: 'nobody' }] })),
  ])
  equal(refused.causes[0]?.field, 'spec.operations[0].object.metadata.ownerReferences[0].uid')
})

test('preconditions and checks hold at the commit', async (t) => {
  const { ask, transact, get } = await open(t)
  await ask('POST', `${SPACE}/configmaps`, configMap('a', { n: '1' }))
  const { resourceVersion, uid } = (await get(`${SPACE}/configmaps/a`)).metadata
  const patch = { verb: 'patch', target: target('a'), patchType: 'merge', patch: { data: { n: '2' } } }
  const stale = await transact([create(configMap('b')), { ...patch, preconditions: { resourceVersion: '1' } }])
  equal(stale.code, 409)
  match(stale.body.message, /Precondition failed: ResourceVersion in precondition: 1/)
  equal((await transact([{ ...patch, preconditions: { resourceVersion, uid } }])).code, 201)
  equal((await transact([{ verb: 'check', target: target('a'), preconditions: { resourceVersion } }])).code, 409)
  equal((await transact([{ verb: 'check', target: target('a'), preconditions: { uid } }])).code, 201)
  equal((await transact([{ verb: 'check', target: target('a'), absent: true }, create(configMap('c'))])).code, 409)
  const same = await transact([{ ...patch }])
  deepEqual(
    (same.body.status.results as { result: string }[]).map(({ result }) => result),
    ['unchanged'],
  )
})

test('a dry run tells the difference of all, and writes nothing', async (t) => {
  const { ask, transact, get } = await open(t)
  await ask('POST', `${SPACE}/configmaps`, configMap('a', { n: '1' }))
  const before = await get(`${SPACE}/configmaps`)
  const { code, body } = await transact(
    [
      {
        verb: 'patch',
        target: target('a'),
        patchType: 'json',
        patch: [{ op: 'replace', path: '/data/n', value: '2' }],
      },
      create(configMap('b', { m: '1' })),
    ],
    {},
    '?dryRun=All',
  )
  equal(code, 201, body.message)
  equal(body.status.applied, false)
  const [patched, created] = body.status.results as { fields: { field: string; from?: unknown; to?: unknown }[] }[]
  deepEqual(patched?.fields, [{ field: '.data.n', from: '1', to: '2' }])
  ok(created?.fields.some(({ field, to }) => field === '.data' && JSON.stringify(to) === '{"m":"1"}'))
  deepEqual((await get(`${SPACE}/configmaps`)).metadata, before.metadata)
})

test('quotas count the sum, in every namespace', async (t) => {
  const { ask, transact, get } = await open(t)
  await ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  for (const space of ['default', 'shop']) {
    const made = await ask('POST', `/api/v1/namespaces/${space}/resourcequotas`, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { configmaps: '2' } },
    })
    equal(made.status, 201)
  }
  const used = async (space: string) => (await get(`/api/v1/namespaces/${space}/resourcequotas/q`)).status.used
  const tooMany = await transact(
    ['a', 'b', 'c'].flatMap((name) =>
      [create(configMap(name, {}, 'shop')), create(configMap(`${name}x`))].slice(0, name === 'c' ? 1 : 2),
    ),
  )
  equal(tooMany.code, 403)
  match(
    tooMany.body.message,
    /spec\.operations\[4\], create ConfigMap shop\/c: .* exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2/,
  )
  const fits = [create(configMap('a', {}, 'shop')), create(configMap('b', {}, 'shop')), create(configMap('a'))]
  equal((await transact(fits)).code, 201)
  deepEqual([await used('shop'), await used('default')], [{ configmaps: '2' }, { configmaps: '1' }])
  const swapped = await transact([
    { verb: 'delete', target: target('a') },
    create(configMap('b')),
    create(configMap('c')),
  ])
  equal(swapped.code, 201, swapped.body.message)
  deepEqual(await used('default'), { configmaps: '2' })
})
