import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { RetentionPolicy } from '@muster/api/history/retention-policy.ts'
import { hours } from '@muster/base/clock.ts'
import { RETENTION_RULES_MAX } from '@muster/store/limits.ts'
import { type AgedRule, DEFAULT_RULES, decideRules, type PlacedPolicy } from './decide.ts'

const policy = (name: string, spec: RetentionPolicy['spec'], cluster = 'default'): PlacedPolicy => ({
  cluster,
  policy: { apiVersion: 'history.muster.dev/v1', kind: 'RetentionPolicy', metadata: { name }, spec },
})
const deployments = [{ group: 'apps', resource: 'deployments' }]
const own = (policies: readonly PlacedPolicy[]): readonly AgedRule[] =>
  decideRules(policies, (_cluster, resource) => resource).rules.filter((rule) => !DEFAULT_RULES.includes(rule))

test('a policy becomes a rule for each resource and namespace that it names, in its own logical cluster', () => {
  deepEqual(own([policy('a', { resources: deployments, versions: 3, age: '30d' })]), [
    { prefix: 'apps/deployments/default/', versions: 3, age: hours(720) },
  ])
  deepEqual(own([policy('a', { resources: deployments, namespaces: ['shop', 'ops'], age: '5h' }, 'eu')]), [
    { prefix: 'apps/deployments/eu/shop/', age: hours(5) },
    { prefix: 'apps/deployments/eu/ops/', age: hours(5) },
  ])
})

test('of two policies about the same, the one that keeps more holds', () => {
  const both = (one: Partial<RetentionPolicy['spec']>, other: Partial<RetentionPolicy['spec']>) =>
    own([policy('a', { resources: deployments, ...one }), policy('b', { resources: deployments, ...other })])[0]
  const prefix = 'apps/deployments/default/'
  deepEqual(both({ versions: 3 }, { versions: 5 }), { prefix, versions: 5 })
  deepEqual(both({ versions: 3, age: '1h' }, { versions: 1, age: '2h' }), { prefix, versions: 3, age: hours(2) })
  deepEqual(both({ versions: 3 }, { age: '2h' }), { prefix, versions: Number.MAX_SAFE_INTEGER })
  deepEqual(both({}, { versions: 0 }), { prefix, versions: Number.MAX_SAFE_INTEGER })
})

test('policies beyond what the store can tell apart are refused by name, and the others hold', () => {
  const many = Array.from({ length: 32 }, (_one, at) => ({ group: '', resource: `r${at}` }))
  const policies = Array.from({ length: 9 }, (_one, at) =>
    policy(`p${at}`, { resources: many, namespaces: [`n${at}`] }),
  )
  const { rules, refused } = decideRules(policies, (_cluster, resource) => resource)
  equal(rules.length <= RETENTION_RULES_MAX, true)
  deepEqual([...refused], ['default/p7', 'default/p8'])
})

test('events and leases are kept where their kind is kept', () => {
  const rules = own([policy('a', { resources: [{ group: 'events.k8s.io', resource: 'events' }], versions: 9 })])
  equal(rules[0]?.prefix, 'events.k8s.io/events/default/')
  const stored = decideRules(
    [policy('a', { resources: [{ group: 'events.k8s.io', resource: 'events' }], versions: 9 })],
    () => ({ group: '', resource: 'events' }),
  ).rules
  equal(stored.at(-1)?.prefix, 'core/events/default/')
})
