/** Transactions of kinds with rules of their own: definitions, parts, services, policies, quotas, logical clusters. */
import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const SPACE = '/api/v1/namespaces/default'

const meta = (name: string, namespace = 'default') => ({ metadata: { name, namespace } })
const configMap = (name: string, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...meta(name), data })
const create = (object: object) => ({ verb: 'create', object })
const target = (kind: string, name: string, apiVersion = 'v1') => ({ apiVersion, kind, name, namespace: 'default' })

async function open(t: TestContext) {
  const { api, ask } = await openAsk({
    clock: systemClock,
    kinds: [...BUILT_IN_KINDS, TransactionKind],
    clusters: ['default', 'eu'],
  })
  t.after(() => api.close())
  const transact = async (operations: readonly object[], cluster = '') => {
    const { status, body } = await ask('POST', `${cluster}/apis/muster.dev/v1/transactions`, {
      apiVersion: 'muster.dev/v1',
      kind: 'Transaction',
      spec: { operations },
    })
    return { code: status, body }
  }
  const get = async (path: string) => (await ask('GET', path)).body
  return { ask, transact, get }
}

const KETTLES = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kettles.test.dev' },
  spec: {
    group: 'test.dev',
    names: { kind: 'Kettle', plural: 'kettles', singular: 'kettle', listKind: 'KettleList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: '.spec.cups', statusReplicasPath: '.status.cups' } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { cups: { type: 'integer', maximum: 9 } } },
              status: { type: 'object', properties: { cups: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
}
const kettle = (name: string, cups: number) => ({
  apiVersion: 'test.dev/v1',
  kind: 'Kettle',
  ...meta(name),
  spec: { cups },
})

test('custom resources, their status and their scale; not in the transaction that defines them', async (t) => {
  const { ask, transact, get } = await open(t)
  const early = await transact([create(KETTLES), create(kettle('one', 1))])
  equal(early.code, 422)
  match(
    early.body.message,
    /spec\.operations\[1\]\.object\.kind: Invalid value: "Kettle in test\.dev\/v1": .* define it first/,
  )
  equal((await transact([create(KETTLES)])).code, 201)
  // What is not served is no JSON.
  const isServed = () =>
    ask('GET', '/apis/test.dev/v1/namespaces/default/kettles').then(
      () => true,
      () => false,
    )
  while (!(await isServed())) await new Promise((resolve) => setTimeout(resolve, 5))
  equal((await transact([create(kettle('one', 1)), create(kettle('two', 2)), create(kettle('three', 3))])).code, 201)
  const kettleTarget = (name: string) => target('Kettle', name, 'test.dev/v1')
  const parts = await transact([
    {
      verb: 'patch',
      target: kettleTarget('one'),
      subresource: 'status',
      patchType: 'merge',
      patch: { status: { cups: 7 } },
    },
    {
      verb: 'patch',
      target: kettleTarget('two'),
      subresource: 'scale',
      patchType: 'merge',
      patch: { spec: { replicas: 8 } },
    },
    {
      verb: 'patch',
      target: kettleTarget('three'),
      patchType: 'json',
      patch: [{ op: 'replace', path: '/spec/cups', value: 9 }],
    },
  ])
  equal(parts.code, 201, parts.body.message)
  const cups = async (name: string) => {
    const { spec, status } = await get(`/apis/test.dev/v1/namespaces/default/kettles/${name}`)
    return [spec.cups, status?.cups]
  }
  deepEqual(
    [await cups('one'), await cups('two'), await cups('three')],
    [
      [1, 7],
      [8, undefined],
      [9, undefined],
    ],
  )
  const wrong = await transact([
    create(configMap('a')),
    { verb: 'apply', object: kettle('one', 10), fieldManager: 'me', force: true },
  ])
  equal(wrong.code, 422)
  match(wrong.body.message, /spec\.operations\[1\], apply Kettle default\/one: .*spec\.cups.*less than or equal to 9/)
})

test('services of one transaction get addresses of their own, and one that wants a taken one spoils all', async (t) => {
  const { transact, get } = await open(t)
  const service = (name: string, more: object = {}) =>
    create({
      apiVersion: 'v1',
      kind: 'Service',
      ...meta(name),
      spec: { type: 'NodePort', ports: [{ port: 80 }], ...more },
    })
  equal((await transact(Array.from({ length: 8 }, (_, at) => service(`s${at}`)))).code, 201)
  const made = await Promise.all(Array.from({ length: 8 }, (_, at) => get(`${SPACE}/services/s${at}`)))
  equal(new Set(made.map(({ spec }) => spec.clusterIP)).size, 8)
  equal(new Set(made.map(({ spec }) => (spec.ports as { nodePort: number }[])[0]?.nodePort)).size, 8)
  const [first] = made
  const twice = await transact([service('x', { clusterIP: '10.96.7.7' }), service('y', { clusterIP: '10.96.7.7' })])
  equal(twice.code, 422)
  match(twice.body.message, /spec\.operations\[1\], create Service default\/y: .*already allocated/)
  equal((await get(`${SPACE}/services/x`)).status, 'Failure')
  equal((await transact([{ verb: 'delete', target: target('Service', 's0') }])).code, 201)
  equal((await transact([service('again', { clusterIP: first?.spec.clusterIP })])).code, 201)
})

test('a policy that refuses one operation refuses all', async (t) => {
  const { ask, transact, get } = await open(t)
  const group = { apiVersion: 'admissionregistration.k8s.io/v1' }
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic'
  await ask('POST', `${path}ies`, {
    ...group,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-x' },
    spec: {
      matchConstraints: { resourceRules: rules },
      validations: [{ expression: "object.metadata.name != 'x'", message: 'nothing is called x' }],
    },
  })
  await ask('POST', `${path}ybindings`, {
    ...group,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-x' },
    spec: { policyName: 'no-x', validationActions: ['Deny'] },
  })
  while ((await ask('POST', `${SPACE}/configmaps?dryRun=All`, configMap('x'))).status === 201)
    await new Promise((resolve) => setTimeout(resolve, 5))
  const refused = await transact([create(configMap('a')), create(configMap('x'))])
  equal(refused.code, 422)
  match(refused.body.message, /spec\.operations\[1\], create ConfigMap default\/x: .*nothing is called x/)
  equal((await get(`${SPACE}/configmaps/a`)).status, 'Failure')
})

test('a quota limits what is made with it only from the next write on, and is not changed beside what it counts', async (t) => {
  const { ask, transact, get } = await open(t)
  const quota = (labels: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'default', labels },
    spec: { hard: { configmaps: '2' } },
  })
  equal((await transact([create(quota()), ...['a', 'b', 'c'].map((name) => create(configMap(name)))])).code, 201)
  equal((await ask('POST', `${SPACE}/configmaps`, configMap('d'))).status, 403)
  equal((await transact([{ verb: 'delete', target: target('ConfigMap', 'a') }])).code, 201)
  deepEqual((await get(`${SPACE}/resourcequotas/q`)).status.used, { configmaps: '2' })
  const beside = await transact([
    { verb: 'apply', object: quota({ mine: 'yes' }), fieldManager: 'me', force: true },
    { verb: 'delete', target: target('ConfigMap', 'b') },
  ])
  equal(beside.code, 400)
  match(beside.body.message, /configmaps "b" is counted by quota "q", .* write the quota by itself/)
  deepEqual((await get(`${SPACE}/resourcequotas/q`)).status.used, { configmaps: '2' })
})

test('many at once: transactions and single writers meet at the same objects, and none is lost', async (t) => {
  const { ask, transact, get } = await open(t)
  const names = ['a', 'b', 'c', 'd']
  equal((await transact(names.map((name) => create(configMap(name, { n: '10' }))))).code, 201)
  const move = async (from: string, to: string): Promise<number> => {
    const [one, other] = await Promise.all([get(`${SPACE}/configmaps/${from}`), get(`${SPACE}/configmaps/${to}`)])
    const write = (object: typeof one, change: number) => {
      const { n } = (object as unknown as { data: { n: string } }).data
      return { verb: 'update', object: { ...object, data: { n: `${Number(n) + change}` } } }
    }
    return (await transact([write(one, -1), write(other, 1)])).code
  }
  const label = (name: string, at: number) =>
    ask(
      'PATCH',
      `${SPACE}/configmaps/${name}`,
      { metadata: { labels: { at: `${at}` } } },
      'application/merge-patch+json',
    )
  const pick = (at: number) => names[at % names.length] ?? ''
  const codes: number[] = []
  await Promise.all(
    Array.from({ length: 20 }, async (_, at) => {
      await label(pick(at), at)
      // As any client does: looks again when somebody was faster.
      for (let code = 409; code === 409; codes.push(code)) code = await move(pick(at), pick(at + 1 + (at % 3)))
      await label(pick(at), at)
    }),
  )
  deepEqual([...new Set(codes)].sort(), [201, 409])
  equal(codes.filter((code) => code === 201).length, 20)
  const all = await Promise.all(names.map((name) => get(`${SPACE}/configmaps/${name}`)))
  equal(
    all.reduce((sum, one) => sum + Number((one as unknown as { data: { n: string } }).data.n), 0),
    40,
  )
})

test('98 objects of one namespace fit, and one more is too many', async (t) => {
  const { transact, get } = await open(t)
  const many = (count: number) => transact(Array.from({ length: count }, (_, at) => create(configMap(`m${at}`))))
  const refused = await many(99)
  equal(refused.code, 413)
  match(refused.body.message, /together that rests on 101 conditions .* at most 100 fit into one commit: split it/)
  equal((await get(`${SPACE}/configmaps/m0`)).status, 'Failure')
  equal((await many(98)).code, 201)
})

test('each logical cluster has its own', async (t) => {
  const { transact, get } = await open(t)
  const { code, body } = await transact([create(configMap('a')), create(configMap('b'))], '/clusters/eu')
  equal(code, 201, body.message)
  equal((await get(`${SPACE}/configmaps/a`)).status, 'Failure')
  notEqual((await get(`/clusters/eu${SPACE}/configmaps/a`)).metadata.uid, undefined)
})
