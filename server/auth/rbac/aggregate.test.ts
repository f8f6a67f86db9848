import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterRole } from '@muster/api/types/rbac-v1.ts'
import { bootstrapPolicy } from '../policy/bootstrap-policy.ts'
import { aggregate } from './aggregate.ts'
import { isClusterRole } from './objects.ts'

/** Applies what is answered until nothing is, as a controller does. */
function settle(roles: readonly ClusterRole[]): readonly ClusterRole[] {
  let settled = roles
  for (let round = 0; round < 5; round++) {
    const steps = aggregate(settled)
    if (steps.length === 0) return settled
    settled = settled.map((role) => {
      const step = steps.find((one) => one.role === role)
      return step ? { ...role, rules: [...step.rules] } : role
    })
  }
  throw new Error('the roles never settle')
}

const verbsOn = (roles: readonly ClusterRole[], name: string, resource: string): readonly string[] => {
  const found = roles.find(({ metadata }) => metadata.name === name)
  ok(found)
  return (found.rules ?? []).filter(({ resources }) => resources?.includes(resource)).flatMap(({ verbs }) => verbs)
}

test('admin gathers edit, and edit gathers view', () => {
  const roles = settle(bootstrapPolicy().filter(isClusterRole))
  deepEqual(verbsOn(roles, 'view', 'pods'), ['get', 'list', 'watch'])
  deepEqual(verbsOn(roles, 'view', 'secrets'), [])
  ok(verbsOn(roles, 'edit', 'pods').includes('create'))
  ok(verbsOn(roles, 'edit', 'pods/log').includes('get'))
  deepEqual(verbsOn(roles, 'edit', 'roles'), [])
  ok(verbsOn(roles, 'admin', 'roles').includes('create'))
  ok(verbsOn(roles, 'admin', 'secrets').includes('delete'))
})

const role = (
  name: string,
  label: string | undefined,
  rules: ClusterRole['rules'] & object,
  gathers?: string,
): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: label === undefined ? {} : { [label]: 'true' } },
  rules,
  ...(gathers === undefined
    ? {}
    : { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: gathers, operator: 'Exists' }] }] } }),
})

test('gathers by name, each rule once, never itself; and leaves alone what gathers nothing', () => {
  const read = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }
  const write = { verbs: ['create'], apiGroups: [''], resources: ['pods'] }
  const all = role('all', 'x', [], 'x')
  const [step, ...others] = aggregate([
    role('b', 'x', [write, read]),
    role('a', 'x', [read]),
    role('other', 'y', [write]),
    all,
  ])
  equal(step?.role, all)
  deepEqual(step?.rules, [read, write])
  deepEqual(others, [])
  deepEqual(aggregate([role('a', 'x', [read]), role('all', undefined, [read], 'x')]), [])
})
