import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { assert, hasCode } from '@muster/base/errors.ts'
import { createRegistry } from '../registry/registry.ts'
import type { AdmissionRequest } from './admission.ts'
import { isExempt, type MatchCriteria, type MatchRule, matchRequest, matchRules } from './match-rules.ts'

const resources = createRegistry(BUILT_IN_KINDS).cluster('default')

interface Asked {
  readonly of: string
  readonly verb?: 'create' | 'update' | 'delete' | 'connect'
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  readonly labels?: Record<string, string>
  readonly oldLabels?: Record<string, string>
}

/** `of`: `GROUP/VERSION/PLURAL`, the group empty for the core. */
function asked({ of, verb = 'create', namespace = 'shop', name = '', subresource = '', ...more }: Asked) {
  const [group = '', version = '', resource = ''] = of.split('/')
  const served = resources.find(group, version, resource)
  assert(served, of)
  const object = (labels: Record<string, string> = {}): KubeObject => ({
    apiVersion: 'x',
    kind: 'X',
    metadata: { name: name || 'x', labels },
  })
  const base = { cluster: 'default', user: { username: 'ada', groups: [] }, dryRun: false, served }
  const place = { resource: { group, resource }, namespace, name, subresource }
  const request = { ...base, ...place, verb, object: object(more.labels), old: object(more.oldLabels) }
  if (verb !== 'create' && verb !== 'update') Reflect.deleteProperty(request, 'object')
  if (verb !== 'delete' && verb !== 'update') Reflect.deleteProperty(request, 'old')
  return request as AdmissionRequest
}

const rule = (change: Partial<MatchRule> = {}): MatchRule => ({
  operations: ['CREATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['pods'],
  ...change,
})
const criteria = (change: Partial<MatchCriteria> = {}): MatchCriteria => ({
  rules: [rule()],
  whenNoRules: 'nothing',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  ...change,
})

const POD: Asked = { of: '/v1/pods' }
const EVERYTHING = rule({ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] })

for (const [what, request, given, matches] of [
  ['the resource', POD, criteria(), true],
  ['another operation', { ...POD, verb: 'update' }, criteria(), false],
  [
    'one of several operations',
    { ...POD, verb: 'delete' },
    criteria({ rules: [rule({ operations: ['UPDATE', 'DELETE'] })] }),
    true,
  ],
  [
    'a connection',
    { ...POD, verb: 'connect', subresource: 'exec' },
    criteria({ rules: [rule({ operations: ['CONNECT'], resources: ['pods/exec'] })] }),
    true,
  ],
  ['another group', { of: 'apps/v1/deployments' }, criteria(), false],
  ['any group and version', { of: 'apps/v1/deployments' }, criteria({ rules: [EVERYTHING] }), true],
  [
    'no subresource by a star alone',
    { ...POD, verb: 'update', subresource: 'status' },
    criteria({ rules: [rule({ operations: ['*'], resources: ['*'] })] }),
    false,
  ],
  [
    'a subresource by name',
    { ...POD, verb: 'update', subresource: 'status' },
    criteria({ rules: [rule({ operations: ['*'], resources: ['pods/status'] })] }),
    true,
  ],
  [
    'every subresource of one resource',
    { ...POD, verb: 'update', subresource: 'status' },
    criteria({ rules: [rule({ operations: ['*'], resources: ['pods/*'] })] }),
    true,
  ],
  [
    'one subresource of every resource',
    { of: 'apps/v1/deployments', verb: 'update', subresource: 'status' },
    criteria({ rules: [rule({ operations: ['*'], apiGroups: ['*'], resources: ['*/status'] })] }),
    true,
  ],
  ['namespaced things as cluster-scoped', POD, criteria({ rules: [rule({ scope: 'Cluster' })] }), false],
  ['namespaced things as such', POD, criteria({ rules: [rule({ scope: 'Namespaced' })] }), true],
  [
    'a namespace, which is cluster-scoped',
    { of: '/v1/namespaces', namespace: '', verb: 'update', name: 'shop' },
    criteria({ rules: [rule({ operations: ['*'], resources: ['namespaces'], scope: 'Namespaced' })] }),
    false,
  ],
  [
    'a name that is listed',
    { ...POD, verb: 'update', name: 'web' },
    criteria({ rules: [rule({ operations: ['*'], resourceNames: ['web'] })] }),
    true,
  ],
  [
    'a name that is not',
    { ...POD, verb: 'update', name: 'db' },
    criteria({ rules: [rule({ operations: ['*'], resourceNames: ['web'] })] }),
    false,
  ],
  ['what is taken away', POD, criteria({ rules: [EVERYTHING], excludeRules: [rule()] }), false],
  ['no rules of a webhook', POD, criteria({ rules: [] }), false],
  ['no rules of a binding', POD, criteria({ rules: [], whenNoRules: 'all' }), true],
] satisfies readonly (readonly [string, Asked, MatchCriteria, boolean])[]) {
  test(`rules choose or leave ${what}`, () => equal(matchRules(given, asked(request)) !== undefined, matches))
}

test('a rule may name another version of what is written', () => {
  const request = asked({ of: 'autoscaling/v2/horizontalpodautoscalers' })
  const old = rule({ apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] })
  const of = (matchPolicy: string) => matchRules(criteria({ rules: [old], matchPolicy }), request)
  equal(of('Exact'), undefined)
  deepEqual(of('Equivalent'), { group: 'autoscaling', version: 'v1', resource: 'horizontalpodautoscalers' })
})

test('an event has two groups', () => {
  const events = rule({ resources: ['events'] })
  deepEqual(matchRules(criteria({ rules: [events] }), asked({ of: 'events.k8s.io/v1/events' })), {
    group: '',
    version: 'v1',
    resource: 'events',
  })
})

const shop = (labels: Record<string, string>) => ({
  get: async (_resource: unknown, _namespace: string, name: string): Promise<KubeObject | undefined> =>
    name === 'shop'
      ? { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, resourceVersion: '7' } }
      : undefined,
})
const GOLD = { matchLabels: { tier: 'gold' } }

test('objects are chosen by their labels, the new or the old ones', async () => {
  const chosen = async (request: Asked) =>
    (await matchRequest(criteria({ rules: [EVERYTHING], objectSelector: GOLD }), asked(request), shop({}))).matches
  equal(await chosen({ ...POD, labels: { tier: 'gold' } }), true)
  equal(await chosen(POD), false)
  equal(await chosen({ ...POD, verb: 'update', oldLabels: { tier: 'gold' } }), true)
  equal(await chosen({ ...POD, verb: 'connect', subresource: 'exec' }), false)
})

test('namespaces are chosen by their labels, which must still be so at the commit', async () => {
  const given = criteria({ rules: [EVERYTHING], namespaceSelector: GOLD })
  const gold = await matchRequest(given, asked(POD), shop({ tier: 'gold' }))
  deepEqual(gold.matches && gold.guards, [
    { resource: { group: '', resource: 'namespaces' }, namespace: '', name: 'shop', resourceVersion: '7' },
  ])
  equal((await matchRequest(given, asked(POD), shop({}))).matches, false)
})

test('a namespace that is written is asked for the labels that it is given', async () => {
  const given = criteria({ rules: [EVERYTHING], namespaceSelector: GOLD })
  const write = (verb: 'create' | 'update' | 'delete', labels: Record<string, string>) =>
    asked({ of: '/v1/namespaces', namespace: '', name: verb === 'create' ? '' : 'shop', verb, labels })
  equal((await matchRequest(given, write('create', { tier: 'gold' }), shop({}))).matches, true)
  equal((await matchRequest(given, write('update', {}), shop({ tier: 'gold' }))).matches, false)
  equal((await matchRequest(given, write('delete', {}), shop({ tier: 'gold' }))).matches, true)
})

test('what is in no namespace is never left out by labels of namespaces', async () => {
  const given = criteria({ rules: [EVERYTHING], namespaceSelector: GOLD })
  equal((await matchRequest(given, asked({ of: '/v1/nodes', namespace: '' }), shop({}))).matches, true)
})

test('labels of a namespace that is not there cannot be asked', async () => {
  const given = criteria({ namespaceSelector: GOLD })
  await rejects(
    () => matchRequest(given, asked({ ...POD, namespace: 'gone' }), shop({})),
    (error) => hasCode(error, 'NotFound'),
  )
  equal((await matchRequest({ ...given, rules: [] }, asked({ ...POD, namespace: 'gone' }), shop({}))).matches, false)
})

test('webhooks and policies are not asked about themselves', () => {
  const of = (plural: string) =>
    isExempt(asked({ of: `admissionregistration.k8s.io/v1/${plural}`, namespace: '', verb: 'create' }))
  equal(of('validatingadmissionpolicies'), true)
  equal(of('mutatingwebhookconfigurations'), true)
  equal(isExempt(asked(POD)), false)
})
