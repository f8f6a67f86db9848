import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf } from '@muster/api/status.ts'
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'
import { aboutResource } from './authorization.ts'
import { type HeaderValues, impersonate } from './impersonation.ts'
import { createRbacAuthorizer } from './rbac/authorizer.ts'
import { createRbacIndex } from './rbac/index.ts'
import type { User } from './user.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** Ada, who holds these rules everywhere. */
function authorizerWith(...rules: readonly PolicyRule[]) {
  const index = createRbacIndex()
  const apiVersion = `${RBAC}/v1`
  index.put({ apiVersion, kind: 'ClusterRole', metadata: { name: 'r' }, rules })
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: 'r' }
  const subjects = [{ kind: 'Group', name: 'actors' }]
  index.put({ apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'b' }, roleRef, subjects })
  return createRbacAuthorizer(index)
}

const ADA: User = { username: 'ada', groups: ['actors'] }
const AGENT: User = {
  username: 'system:serviceaccount:kube-system:agent',
  groups: ['actors'],
  extra: { 'authentication.kubernetes.io/node-name': ['n1'] },
}
const MASTER: User = { username: 'root', groups: ['system:masters'] }
const LIST_PODS = aboutResource({ verb: 'list', resource: 'pods' })

const on = (group: string, resources: string, verbs: string, names?: string): PolicyRule => ({
  apiGroups: [group],
  resources: resources.split(' '),
  verbs: verbs.split(' '),
  ...(names === undefined ? {} : { resourceNames: names.split(' ') }),
})
const AUTHENTICATION = 'authentication.k8s.io'
const LEGACY = on('', 'users groups serviceaccounts', 'impersonate')

/** Who ada (or whoever) becomes by these headers, or what she is told. */
function attempt(headers: HeaderValues, rules: readonly PolicyRule[], requestor = ADA): unknown {
  try {
    return impersonate(headers, requestor, LIST_PODS, authorizerWith(...rules))
  } catch (error) {
    return statusOf(error).message
  }
}

const ALLOWED: readonly (readonly [string, HeaderValues, readonly PolicyRule[], User, string, User?])[] = [
  ['a user', { 'impersonate-user': 'bob' }, [LEGACY], { username: 'bob', groups: ['system:authenticated'] }, ''],
  [
    'a user in groups',
    { 'impersonate-user': ['bob'], 'impersonate-group': ['dev', 'ops'] },
    [LEGACY],
    { username: 'bob', groups: ['dev', 'ops', 'system:authenticated'] },
    '',
  ],
  [
    'a user whose group says it all',
    { 'impersonate-user': 'bob', 'impersonate-group': 'system:unauthenticated' },
    [LEGACY],
    { username: 'bob', groups: ['system:unauthenticated'] },
    '',
  ],
  [
    'nobody',
    { 'impersonate-user': 'system:anonymous' },
    [LEGACY],
    { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    '',
  ],
  [
    'an account',
    { 'impersonate-user': 'system:serviceaccount:shop:bot' },
    [LEGACY],
    {
      username: 'system:serviceaccount:shop:bot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    },
    '',
  ],
  [
    'a user with a uid and more',
    { 'impersonate-user': 'bob', 'impersonate-uid': 'u1', 'impersonate-extra-acme.com%2fscopes': ['a', 'b'] },
    [LEGACY, on(AUTHENTICATION, 'uids userextras/acme.com/scopes', 'impersonate')],
    { username: 'bob', uid: 'u1', groups: ['system:authenticated'], extra: { 'acme.com/scopes': ['a', 'b'] } },
    '',
  ],
  [
    'a user, for this alone',
    { 'impersonate-user': 'bob' },
    [on('', 'pods', 'impersonate-on:user-info:list'), on(AUTHENTICATION, 'users', 'impersonate:user-info', 'bob')],
    { username: 'bob', groups: ['system:authenticated'] },
    'impersonate:user-info',
  ],
  [
    'a user of many groups',
    { 'impersonate-user': 'bob', 'impersonate-group': ['a', 'b', 'c', 'd'] },
    [
      on('', 'pods', 'impersonate-on:user-info:list'),
      on(AUTHENTICATION, 'users groups', 'impersonate:user-info', 'bob *'),
    ],
    { username: 'bob', groups: ['a', 'b', 'c', 'd', 'system:authenticated'] },
    'impersonate:user-info',
  ],
  [
    'an account, for this alone',
    { 'impersonate-user': 'system:serviceaccount:shop:bot' },
    [
      on('', 'pods', 'impersonate-on:serviceaccount:list'),
      on(AUTHENTICATION, 'serviceaccounts', 'impersonate:serviceaccount'),
    ],
    {
      username: 'system:serviceaccount:shop:bot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    },
    'impersonate:serviceaccount',
  ],
  [
    'a node, for this alone',
    { 'impersonate-user': 'system:node:n2' },
    [
      on('', 'pods', 'impersonate-on:arbitrary-node:list'),
      on(AUTHENTICATION, 'nodes', 'impersonate:arbitrary-node', 'n2'),
    ],
    { username: 'system:node:n2', groups: ['system:nodes', 'system:authenticated'] },
    'impersonate:arbitrary-node',
  ],
  [
    'a node, in the old way',
    { 'impersonate-user': 'system:node:n2' },
    [LEGACY],
    { username: 'system:node:n2', groups: ['system:authenticated'] },
    '',
  ],
  [
    'his own node',
    { 'impersonate-user': 'system:node:n1' },
    [
      on('', 'pods', 'impersonate-on:associated-node:list'),
      on(AUTHENTICATION, 'nodes', 'impersonate:associated-node', '*'),
    ],
    { username: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] },
    'impersonate:associated-node',
    AGENT,
  ],
  [
    'anybody, by who may do everything',
    { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' },
    [],
    { username: 'bob', groups: ['system:masters', 'system:authenticated'] },
    '',
    MASTER,
  ],
]

for (const [what, headers, rules, user, constraint, requestor] of ALLOWED) {
  test(`may be taken for ${what}`, () => deepEqual(attempt(headers, rules, requestor), { user, constraint }))
}

const MAY_BE_OTHERS = [
  on('', 'pods', 'impersonate-on:user-info:list'),
  on(AUTHENTICATION, 'users groups', 'impersonate:user-info'),
]

// The messages are what kube-apiserver v1.36.1 answered, where its roles were the same.
const REFUSED: readonly (readonly [string, HeaderValues, readonly PolicyRule[], string, User?])[] = [
  [
    'a group without a user',
    { 'impersonate-group': ['g'] },
    [LEGACY],
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} without impersonating a user name',
  ],
  [
    'a uid without a user',
    { 'impersonate-uid': 'g', 'impersonate-extra-a%2fb': 'x', 'impersonate-extra-a': 'y' },
    [LEGACY],
    'requested &user.DefaultInfo{Name:"", UID:"g", Groups:[]string(nil), Extra:map[string][]string{"a":[]string{"y"}, "a/b":[]string{"x"}}} without impersonating a user name',
  ],
  [
    'a user',
    { 'impersonate-user': 'bob' },
    [],
    'pods is forbidden: User "ada" cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    'a node',
    { 'impersonate-user': 'system:node:n1' },
    [],
    'pods is forbidden: User "ada" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    'an account in a group',
    { 'impersonate-user': 'system:serviceaccount:default:bot', 'impersonate-group': 'a' },
    [],
    'serviceaccounts "bot" is forbidden: User "ada" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"',
  ],
  [
    'another user',
    { 'impersonate-user': 'bob' },
    [on('', 'users', 'impersonate', 'eve')],
    'pods is forbidden: User "ada" cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    'a group she may not be in',
    { 'impersonate-user': 'bob', 'impersonate-group': ['dev', 'ops'] },
    [
      MAY_BE_OTHERS[0] ?? LEGACY,
      on(AUTHENTICATION, 'users', 'impersonate:user-info'),
      on(AUTHENTICATION, 'groups', 'impersonate:user-info', 'dev'),
    ],
    'groups.authentication.k8s.io "ops" is forbidden: User "ada" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope',
  ],
  [
    'who may do everything',
    { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' },
    MAY_BE_OTHERS,
    'groups.authentication.k8s.io "system:masters" is forbidden: User "ada" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed',
  ],
  [
    'a group without a name',
    { 'impersonate-user': 'bob', 'impersonate-group': '' },
    MAY_BE_OTHERS,
    'groups.authentication.k8s.io is forbidden: User "ada" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the empty string group is not allowed',
  ],
  [
    'extra under a bad key',
    { 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'a' },
    MAY_BE_OTHERS,
    'userextras.authentication.k8s.io is forbidden: User "ada" cannot impersonate:user-info resource "userextras" in API group "authentication.k8s.io" at the cluster scope: impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'extra she may not have',
    { 'impersonate-user': 'bob', 'impersonate-extra-acme.com%2fscopes': 'a' },
    MAY_BE_OTHERS,
    'userextras.authentication.k8s.io "a" is forbidden: User "ada" cannot impersonate:user-info resource "userextras/acme.com/scopes" in API group "authentication.k8s.io" at the cluster scope',
  ],
  [
    'a node that is not his own',
    { 'impersonate-user': 'system:node:n2' },
    [
      on('', 'pods', 'impersonate-on:associated-node:list'),
      on(AUTHENTICATION, 'nodes', 'impersonate:associated-node', '*'),
    ],
    'pods is forbidden: User "system:serviceaccount:kube-system:agent" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" at the cluster scope',
    AGENT,
  ],
  [
    'his own node, when he may be one node alone',
    { 'impersonate-user': 'system:node:n1' },
    [
      on('', 'pods', 'impersonate-on:associated-node:list'),
      on(AUTHENTICATION, 'nodes', 'impersonate:associated-node', 'n1'),
    ],
    'nodes.authentication.k8s.io "*" is forbidden: User "system:serviceaccount:kube-system:agent" cannot impersonate:associated-node resource "nodes" in API group "authentication.k8s.io" at the cluster scope',
    AGENT,
  ],
]

for (const [what, headers, rules, message, requestor] of REFUSED) {
  test(`may not be taken for ${what}`, () => equal(attempt(headers, rules, requestor), message))
}

test('a request that asks for nothing of the kind is its sender’s own', () => {
  equal(attempt({ 'user-agent': 'kubectl', 'impersonate-user': '' }, []), undefined)
})
