import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { ClusterRole } from '@muster/api/types/rbac-v1.ts'
import { isBinding, isClusterRole } from '../rbac/objects.ts'
import { bootstrapPolicy } from './bootstrap-policy.ts'
import { missingPolicy } from './reconcile.ts'

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

const idOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`

function digest(objects: readonly KubeObject[]): string {
  const lines = objects.map((object) => `${idOf(object)} ${JSON.stringify(sorted(object))}`).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}

// Of the objects in bootstrappolicy/testdata of kubernetes v1.36.1, made the same way (`rules: null` read as an empty list).
const DIGESTS = [
  { kind: 'ClusterRole', count: 69, digest: 'c46a020f04e49974' },
  { kind: 'ClusterRoleBinding', count: 50, digest: '92db1823c97d4027' },
  { kind: 'Role', count: 7, digest: '98671c8f2a94b1ef' },
  { kind: 'RoleBinding', count: 7, digest: '864b78e8e8df1fc6' },
]

test('the policy is that of Kubernetes, object for object', () => {
  const found = DIGESTS.map(({ kind }) => {
    const objects = bootstrapPolicy().filter((object) => object.kind === kind)
    return { kind, count: objects.length, digest: digest(objects) }
  })
  deepEqual(found, DIGESTS)
})

test('every call makes objects of its own', () => {
  const [one] = bootstrapPolicy()
  if (one) one.metadata.name = 'changed'
  ok(!bootstrapPolicy().some(({ metadata }) => metadata.name === 'changed'))
})

const roleNamed = (name: string): ClusterRole => {
  const found = bootstrapPolicy().find((object) => isClusterRole(object) && object.metadata.name === name)
  ok(found && isClusterRole(found), name)
  return found
}

/** What is to be done when everything is there, and one object is as given. */
const stepsFor = (changed: KubeObject) =>
  missingPolicy([...bootstrapPolicy().filter((object) => idOf(object) !== idOf(changed)), changed])

test('an empty cluster lacks all of it, and one that has it lacks nothing', () => {
  const policy = bootstrapPolicy()
  deepEqual(
    missingPolicy([]),
    policy.map((object) => ({ do: 'create', object })),
  )
  deepEqual(missingPolicy(policy), [])
})

test('what is missing is added, and what somebody added stays', () => {
  const role = roleNamed('system:basic-user')
  const [kept, lost] = role.rules ?? []
  ok(kept && lost)
  const own = { apiGroups: ['shop'], resources: ['orders'], verbs: ['get'] }
  const [step, ...rest] = stepsFor({
    ...role,
    metadata: { name: 'system:basic-user', labels: { mine: 'yes' } },
    rules: [kept, own],
  })
  equal(rest.length, 0)
  ok(step?.do === 'update' && isClusterRole(step.object))
  deepEqual(step.object.rules, [
    kept,
    own,
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ])
  deepEqual(step.object.metadata.labels, { 'kubernetes.io/bootstrapping': 'rbac-defaults', mine: 'yes' })
  deepEqual(step.object.metadata.annotations, { 'rbac.authorization.kubernetes.io/autoupdate': 'true' })
})

test('a role that gathers keeps its selectors and what was gathered', () => {
  const admin = roleNamed('admin')
  const gathered = { ...admin, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }
  deepEqual(stepsFor(gathered), [])
  const own = { matchLabels: { mine: 'yes' } }
  const [step] = stepsFor({ ...admin, aggregationRule: { clusterRoleSelectors: [own] } })
  ok(step?.do === 'update' && isClusterRole(step.object))
  deepEqual(step.object.aggregationRule?.clusterRoleSelectors, [
    own,
    { matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } },
  ])
  const plain = roleNamed('system:discovery')
  const [undone] = stepsFor({ ...plain, aggregationRule: { clusterRoleSelectors: [own] } })
  ok(undone?.do === 'update' && isClusterRole(undone.object))
  equal(undone.object.aggregationRule, undefined)
})

test('a binding gets its subjects back, and is replaced when it gives another role', () => {
  const found = bootstrapPolicy()
    .filter(isBinding)
    .find(({ metadata }) => metadata.name === 'system:public-info-viewer')
  ok(found)
  const own = { kind: 'User', name: 'ada' }
  const [step] = stepsFor({ ...found, subjects: [own] })
  ok(step?.do === 'update' && isBinding(step.object))
  deepEqual(
    step.object.subjects?.map(({ name }) => name),
    ['ada', 'system:authenticated', 'system:unauthenticated'],
  )
  const moved = { ...found, roleRef: { ...found.roleRef, name: 'other' } }
  deepEqual(stepsFor(moved), [{ do: 'replace', old: moved, object: found }])
})

test('what is annotated so is left alone', () => {
  const role = roleNamed('system:basic-user')
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }
  deepEqual(stepsFor({ ...role, metadata: { ...role.metadata, annotations }, rules: [] }), [])
})
