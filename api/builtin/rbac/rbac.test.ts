import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { cellsOf, makeObject, tryKind } from '../testing/try-kind.ts'
import { clusterRole } from './cluster-role.ts'
import { clusterRoleBinding } from './cluster-role-binding.ts'
import { role } from './role.ts'
import { roleBinding } from './role-binding.ts'

const toRole = { kind: 'ClusterRole', name: 'view' }

test('a binding says of which group its role and its subjects are', () => {
  const subjects = [
    { kind: 'User', name: 'u' },
    { kind: 'Group', name: 'g' },
    { kind: 'ServiceAccount', name: 's', namespace: 'n' },
  ]
  const made = makeObject(roleBinding, { roleRef: toRole, subjects })
  const group = 'rbac.authorization.k8s.io'
  deepEqual(made.roleRef, { apiGroup: group, ...toRole })
  deepEqual(made.subjects, [{ apiGroup: group, ...subjects[0] }, { apiGroup: group, ...subjects[1] }, subjects[2]])
})

test('a binding is shown with its subjects', () => {
  const subjects = [
    { kind: 'User', name: 'u' },
    { kind: 'User', name: 'v' },
    { kind: 'ServiceAccount', name: 's', namespace: 'n' },
  ]
  deepEqual(cellsOf(roleBinding, { roleRef: toRole, subjects }), {
    Name: 'a',
    Role: 'ClusterRole/view',
    Age: '60s',
    Users: 'u, v',
    Groups: '',
    ServiceAccounts: 'n/s',
  })
})

for (const { name, kind, body, wrong } of [
  { name: 'a role without rules', kind: role, body: {}, wrong: [] },
  {
    name: 'a rule without anything',
    kind: role,
    body: { rules: [{}] },
    wrong: [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  },
  {
    name: 'paths in a namespace',
    kind: role,
    body: { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    wrong: ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  },
  {
    name: 'paths and resources in one rule',
    kind: clusterRole,
    body: { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'], apiGroups: [''] }] },
    wrong: [
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  },
  {
    name: 'the sum of nothing',
    kind: clusterRole,
    body: { aggregationRule: {} },
    wrong: [
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  },
  {
    name: 'a role of a namespace for all',
    kind: clusterRoleBinding,
    body: { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 's' }] },
    wrong: [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'subjects[0].namespace: Required value',
    ],
  },
  {
    name: 'a subject of no kind',
    kind: roleBinding,
    body: { roleRef: toRole, subjects: [{ kind: 'Robot', name: 'r' }] },
    wrong: ['subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
  },
]) {
  test(`wrong or right: ${name}`, () => deepEqual(tryKind(kind, body), wrong))
}

test('a binding is for one role for ever', () => {
  const old = makeObject(roleBinding, { roleRef: toRole })
  deepEqual(tryKind(roleBinding, { roleRef: { kind: 'Role', name: 'r' } }, { old }), [
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"r"}: cannot change roleRef',
  ])
})
