import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '@muster/api/object.ts'
import { type Attributes, aboutResource } from '../auth/authorization.ts'
import type { User } from '../auth/user.ts'
import { DEFAULT_POLICY } from './default-policy.ts'
import { readPolicy, treatmentOf } from './policy.ts'

const policy = (more: object): Json => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', ...more }) as Json

const ADA: User = { username: 'ada', groups: ['dev', 'system:authenticated'] }
const path = (at: string): Attributes => ({ about: 'path', verb: 'get', path: at })
const pod = { verb: 'get', resource: 'pods', namespace: 'shop', name: 'web' }

/** A rule, what is asked, and whether it fits. */
const RULES: readonly (readonly [string, object, Attributes, boolean, User?])[] = [
  ['nothing said fits everything', {}, aboutResource(pod), true],
  ['nothing said fits paths too', {}, path('/healthz'), true],
  ['the user', { users: ['ada'] }, aboutResource(pod), true],
  ['another user', { users: ['bob'] }, aboutResource(pod), false],
  ['a group', { userGroups: ['ops', 'dev'] }, aboutResource(pod), true],
  ['a group that he is not in', { userGroups: ['ops'] }, aboutResource(pod), false],
  ['the verb', { verbs: ['get', 'list'] }, aboutResource(pod), true],
  ['another verb', { verbs: ['list'] }, aboutResource(pod), false],
  ['the namespace', { namespaces: ['shop'] }, aboutResource(pod), true],
  ['another namespace', { namespaces: ['office'] }, aboutResource(pod), false],
  ['no namespace', { namespaces: [''] }, aboutResource({ verb: 'get', resource: 'nodes', name: 'n' }), true],
  ['namespaces and a path', { namespaces: [''] }, path('/api'), false],
  ['a group of resources', { resources: [{ group: '' }] }, aboutResource(pod), true],
  ['another group of resources', { resources: [{ group: 'apps' }] }, aboutResource(pod), false],
  ['every group of resources', { resources: [{ group: '*' }] }, aboutResource(pod), true],
  ['the resource', { resources: [{ group: '', resources: ['pods'] }] }, aboutResource(pod), true],
  [
    'the resource is not its subresource',
    { resources: [{ group: '', resources: ['pods'] }] },
    aboutResource({ ...pod, subresource: 'log' }),
    false,
  ],
  [
    'the subresource',
    { resources: [{ group: '', resources: ['pods/log'] }] },
    aboutResource({ ...pod, subresource: 'log' }),
    true,
  ],
  [
    'all resources are their subresources, too',
    { resources: [{ group: '', resources: ['*'] }] },
    aboutResource({ ...pod, subresource: 'log' }),
    true,
  ],
  [
    'a subresource of all',
    { resources: [{ group: '', resources: ['*/log'] }] },
    aboutResource({ ...pod, subresource: 'log' }),
    true,
  ],
  [
    'a subresource of all is no resource',
    { resources: [{ group: '', resources: ['*/log'] }] },
    aboutResource(pod),
    false,
  ],
  [
    'all below a resource, and itself',
    { resources: [{ group: '', resources: ['pods/*'] }] },
    aboutResource({ ...pod, subresource: 'log' }),
    true,
  ],
  ['a name', { resources: [{ group: '', resources: ['pods'], resourceNames: ['web'] }] }, aboutResource(pod), true],
  [
    'another name',
    { resources: [{ group: '', resources: ['pods'], resourceNames: ['db'] }] },
    aboutResource(pod),
    false,
  ],
  ['a path', { nonResourceURLs: ['/healthz*'] }, path('/healthz/etcd'), true],
  ['the path itself', { nonResourceURLs: ['/version'] }, path('/version'), true],
  ['another path', { nonResourceURLs: ['/version'] }, path('/versions'), false],
  ['every path is no resource', { nonResourceURLs: ['*'] }, aboutResource(pod), false],
]

for (const [what, rule, asked, fits] of RULES) {
  test(`a rule by ${what}: ${fits ? 'fits' : 'does not fit'}`, () => {
    const read = readPolicy(policy({ rules: [{ level: 'Request', ...rule }] }))
    equal(treatmentOf(read, ADA, asked).level, fits ? 'Request' : 'None')
  })
}

test('who is not known fits no rule about users', () => {
  const read = readPolicy(
    policy({
      rules: [
        { level: 'Metadata', users: ['ada'] },
        { level: 'Request', verbs: ['get'] },
      ],
    }),
  )
  equal(treatmentOf(read, undefined, aboutResource(pod)).level, 'Request')
})

test('the first rule that fits decides; stages are left out by it and by the policy', () => {
  const read = readPolicy(
    policy({
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
      rules: [
        { level: 'Metadata', verbs: ['get'], omitStages: ['Panic'], omitManagedFields: false },
        { level: 'RequestResponse' },
      ],
    }),
  )
  deepEqual(treatmentOf(read, ADA, aboutResource(pod)), {
    level: 'Metadata',
    omitStages: ['RequestReceived', 'Panic'],
    omitManagedFields: false,
  })
  deepEqual(treatmentOf(read, ADA, aboutResource({ ...pod, verb: 'list' })), {
    level: 'RequestResponse',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
  })
})

/** Policies that cannot be used, and why. */
const REFUSED: readonly (readonly [Json, RegExp])[] = [
  [[], /it holds no object/],
  [
    { apiVersion: 'audit.k8s.io/v1beta1', kind: 'Policy' },
    /must be a Policy of audit.k8s.io\/v1, and is Policy of audit/,
  ],
  [policy({ rules: [] }), /0 rules/],
  [policy({}), /0 rules/],
  [policy({ rules: [{}] }), /rules\[0\].level: Required value/],
  [
    policy({ rules: [{ level: 'All' }] }),
    /rules\[0\].level: Unsupported value: "All": supported values: "None", "Metadata"/,
  ],
  [
    policy({ rules: [{ level: 'None' }], omitStages: ['Start'] }),
    /omitStages\[0\]: Invalid value: "Start": allowed stages/,
  ],
  [policy({ rules: [{ level: 'None', nonResourceURLs: ['x'] }] }), /must begin with a '\/' character/],
  [policy({ rules: [{ level: 'None', nonResourceURLs: ['/a*b'] }] }), /must be the final character of the rule/],
  [
    policy({ rules: [{ level: 'None', nonResourceURLs: ['/a'], namespaces: ['b'] }] }),
    /rules cannot apply to both regular resources and non-resource URLs/,
  ],
  [
    policy({ rules: [{ level: 'None', resources: [{ group: 'apps/v1' }] }] }),
    /rules\[0\].resources.group: Invalid value: "apps\/v1"/,
  ],
  [
    policy({ rules: [{ level: 'None', resources: [{ group: '', resourceNames: ['a'] }] }] }),
    /using resourceNames requires at least one resource/,
  ],
  [policy({ rules: [{ level: 'None', user: ['ada'] }] }), /rules\[0\].user: Invalid value: .*there is no such field/],
  [
    policy({ rules: [{ level: 'None', users: 'ada' }] }),
    /rules\[0\].users: Invalid value: "ada": must be a list of texts/,
  ],
]

for (const [value, why] of REFUSED) {
  test(`a policy is refused: ${why.source}`, () => {
    throws(() => readPolicy(value), { message: why })
  })
}

test('what is kept without a policy: writes, ways into containers and reads of Secrets, not other reads and heartbeats', () => {
  const levelOf = (asked: Parameters<typeof aboutResource>[0]) =>
    treatmentOf(DEFAULT_POLICY, ADA, aboutResource(asked)).level
  equal(levelOf({ verb: 'create', resource: 'secrets', namespace: 'shop' }), 'Metadata')
  equal(levelOf({ verb: 'get', resource: 'pods', subresource: 'exec', name: 'web' }), 'Metadata')
  equal(levelOf({ verb: 'list', resource: 'secrets' }), 'Metadata')
  equal(levelOf({ verb: 'list', resource: 'configmaps' }), 'None')
  equal(levelOf({ verb: 'update', group: 'coordination.k8s.io', resource: 'leases', name: 'n' }), 'None')
  equal(levelOf({ verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }), 'None')
  equal(treatmentOf(DEFAULT_POLICY, ADA, path('/healthz')).level, 'None')
})
