/** Who may: each operation needs the right that its own request would need, and is told to the audit log. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { systemClock } from '@muster/base/system.ts'
import { readPolicy } from '../audit/policy.ts'
import type { User } from '../auth/user.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi } from '../testing/open-test-api.ts'

const SPACE = '/api/v1/namespaces/default'
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const encoder = new TextEncoder()

interface Answer {
  readonly code: number
  readonly body: {
    readonly message: string
    readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] }
    readonly status: { readonly id: string; readonly results: readonly Record<string, unknown>[] }
  }
}

async function open(t: TestContext, lines: string[] = []) {
  const ada: User = { username: 'ada', groups: ['system:authenticated'] }
  const keep = (line: string): undefined => {
    lines.push(line)
  }
  const api = await openTestApi({
    clock: systemClock,
    kinds: [...BUILT_IN_KINDS, TransactionKind],
    tokens: new Map([['ada', ada]]),
    audit: () => ({
      policy: readPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] }),
      sinks: [{ mode: 'batch', put: keep, close: async () => {} }],
    }),
  })
  t.after(() => api.close())
  const send = askMuster(api)
  const as =
    (token: string) =>
    async (method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Answer> => {
      const answer = await send({
        method,
        path,
        identity: 'admin',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
        body: body && encoder.encode(JSON.stringify(body)),
      })
      return { code: answer.status, body: JSON.parse(answer.body) }
    }
  const admin = as(api.adminToken)
  const may = async (name: string, rules: readonly object[]) => {
    const meta = { metadata: { name, namespace: 'default' } }
    const apiVersion = 'rbac.authorization.k8s.io/v1'
    await admin('POST', `${RBAC}/namespaces/default/roles`, { apiVersion, kind: 'Role', ...meta, rules })
    await admin('POST', `${RBAC}/namespaces/default/rolebindings`, {
      apiVersion,
      kind: 'RoleBinding',
      ...meta,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }],
    })
    // Roles reach those who decide by the store's watch.
    const [rule] = rules as readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[]
    const resourceAttributes = {
      namespace: 'default',
      verb: rule?.verbs[0],
      group: rule?.apiGroups[0],
      resource: rule?.resources[0],
    }
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }
    const isAllowed = async () => {
      const { body } = await as('ada')('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review)
      return 'allowed' in body.status && body.status.allowed === true
    }
    while (!(await isAllowed())) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const transact = (ask: ReturnType<typeof as>, operations: readonly object[], more: object = {}) =>
    ask('POST', '/apis/muster.dev/v1/transactions', {
      apiVersion: 'muster.dev/v1',
      kind: 'Transaction',
      spec: { operations, ...more },
    })
  return { admin, ada: as('ada'), may, transact }
}

const meta = (name: string) => ({ metadata: { name, namespace: 'default' } })
const configMap = (name: string, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...meta(name), data })
const create = (object: object) => ({ verb: 'create', object })
const patch = (name: string) => ({
  verb: 'patch',
  target: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name },
  patchType: 'merge',
  patch: { data: { n: '2' } },
})

test('whoever is known may ask for a transaction, and needs the right to everything in it', async (t) => {
  const { admin, ada, may, transact } = await open(t)
  await may('writer', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }])
  const lacking = await transact(ada, [
    create(configMap('a')),
    patch('a2'),
    create({ apiVersion: 'v1', kind: 'Secret', ...meta('s') }),
  ])
  equal(lacking.code, 403)
  deepEqual(
    lacking.body.details?.causes?.map(({ field, message }) => [field, message?.replace(/ in the namespace.*/, '')]),
    [
      [
        'spec.operations[1]',
        'configmaps "a2" is forbidden: User "ada" cannot patch resource "configmaps" in API group ""',
      ],
      ['spec.operations[2]', 'secrets is forbidden: User "ada" cannot create resource "secrets" in API group ""'],
    ],
  )
  equal((await admin('GET', `${SPACE}/configmaps/a`)).code, 404)
  equal((await transact(ada, [create(configMap('a')), create(configMap('b'))])).code, 201)
})

test('an apply or PUT that creates needs the right to create, alone and in a transaction', async (t) => {
  const { ada, may, transact } = await open(t)
  await may('patcher', [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['patch', 'update'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['update'] },
  ])
  const object = configMap('new')
  const type = { 'content-type': 'application/apply-patch+yaml' }
  const alone = await ada('PATCH', `${SPACE}/configmaps/new?fieldManager=me`, object, type)
  equal(alone.code, 403)
  match(alone.body.message, /^configmaps "new" is forbidden: User "ada" cannot create resource "configmaps"/)
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...meta('l'), spec: {} }
  const put = await ada('PUT', '/apis/coordination.k8s.io/v1/namespaces/default/leases/l', lease)
  match(put.body.message, /^leases.coordination.k8s.io "l" is forbidden: User "ada" cannot create resource "leases"/)
  const together = await transact(ada, [{ verb: 'apply', object, fieldManager: 'me' }])
  equal(together.code, 403)
  match(together.body.message, /spec\.operations\[0\], apply ConfigMap default\/new: .* cannot create resource/)
})

test('nobody gives away what he does not hold, also by a role of the same transaction', async (t) => {
  const { ada, may, transact } = await open(t)
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]
  const ofRbac = ['rbac.authorization.k8s.io']
  await may('roles', [{ apiGroups: ofRbac, resources: ['roles', 'rolebindings'], verbs: ['create'] }, ...rules])
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'given' }
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }]
  const give = (held: readonly object[]) => [
    create({ apiVersion, kind: 'Role', ...meta('given'), rules: held }),
    create({ apiVersion, kind: 'RoleBinding', ...meta('given'), roleRef, subjects }),
  ]
  const tooMuch = await transact(ada, give([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]))
  equal(tooMuch.code, 403)
  match(tooMuch.body.message, /attempting to grant RBAC permissions not currently held/)
  const given = await transact(ada, give(rules))
  equal(given.code, 201, given.body.message)
})

test('a dry run shows no old values to who may not read them', async (t) => {
  const { admin, ada, may, transact } = await open(t)
  await may('patcher', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }])
  await admin('POST', `${SPACE}/configmaps`, configMap('a', { n: 'secret' }))
  const hidden = await transact(ada, [patch('a')], { dryRun: true })
  equal(hidden.code, 201, hidden.body.message)
  equal(hidden.body.status.results[0]?.fieldsHidden, 'to see them needs the right to get configmaps')
  equal(JSON.stringify(hidden.body).includes('secret'), false)
  const shown = await transact(admin, [patch('a')], { dryRun: true })
  deepEqual(shown.body.status.results[0]?.fields, [{ field: '.data.n', from: 'secret', to: '2' }])
})

test('the audit log tells of each operation under the id of the request', async (t) => {
  const lines: string[] = []
  const { admin, transact } = await open(t, lines)
  lines.length = 0
  const { body } = await transact(admin, [create(configMap('a')), create(configMap('b'))])
  await transact(admin, [create(configMap('c')), create(configMap('a'))])
  const events = lines
    .map((line) => JSON.parse(line))
    .filter(({ stage }) => stage === 'ResponseComplete')
    .map(({ auditID, verb, requestURI, objectRef, responseStatus, annotations, user }) => ({
      auditID,
      said: [verb, requestURI, objectRef.name, responseStatus.code, user.username],
      operation: annotations['transactions.muster.dev/operation'],
      id: annotations['transactions.muster.dev/id'],
    }))
  const done = '/api/v1/namespaces/default/configmaps'
  deepEqual(
    events.map(({ said, operation }) => [...said, operation]),
    [
      ['create', done, 'a', 200, 'admin', '0'],
      ['create', done, 'b', 200, 'admin', '1'],
      ['create', '/apis/muster.dev/v1/transactions', undefined, 201, 'admin', undefined],
      ['create', done, 'c', 409, 'admin', '0'],
      ['create', done, 'a', 409, 'admin', '1'],
      ['create', '/apis/muster.dev/v1/transactions', undefined, 409, 'admin', undefined],
    ],
  )
  equal(new Set(events.slice(0, 3).map(({ auditID }) => auditID)).size, 1)
  deepEqual([events[0]?.id, events[1]?.id], [body.status.id, body.status.id])
})
