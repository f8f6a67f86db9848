import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Namespace } from '@muster/api/types/core-v1.ts'
import { decideNamespace, goesFirst, type NamespaceContent } from './namespace.ts'

const NOW = '2026-01-01T00:00:00Z'

const terminating = (status: Namespace['status'] = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', deletionTimestamp: NOW },
  spec: { finalizers: ['kubernetes'] },
  status,
})

const content = (found: Partial<NamespaceContent> = {}): NamespaceContent => ({
  namespace: terminating(),
  remaining: [],
  failures: [],
  ...found,
})

test('a namespace that stays, or that others hold alone, is left in peace', () => {
  const { metadata, ...rest } = terminating()
  deepEqual(decideNamespace({ ...rest, metadata: { name: 'shop' } }, undefined, NOW), [])
  deepEqual(decideNamespace({ ...rest, metadata, spec: { finalizers: ['example.com/backup'] } }, undefined, NOW), [])
})

test('first everything in it is deleted; an empty one is let go', () => {
  deepEqual(decideNamespace(terminating(), undefined, NOW), [{ do: 'delete-content' }])
  const steps = decideNamespace(terminating(), content(), NOW)
  deepEqual(
    steps.map((step) => step.do),
    ['write-conditions', 'finalize'],
  )
})

const blocked: [name: string, found: Partial<NamespaceContent>, condition: string, message: RegExp][] = [
  [
    'objects that stay',
    { remaining: [{ resource: 'pods', group: '', count: 2, finalizers: { 'example.com/x': 2 } }] },
    'NamespaceContentRemaining',
    /^Some resources are remaining: pods\. has 2 resource instances$/,
  ],
  [
    'finalizers of others',
    { remaining: [{ resource: 'pods', group: '', count: 2, finalizers: { 'example.com/x': 2 } }] },
    'NamespaceFinalizersRemaining',
    /example\.com\/x in 2 resource instances$/,
  ],
  ['deletes that fail', { failures: ['b', 'a'] }, 'NamespaceDeletionContentFailure', /2 remaining: a, b$/],
  ['a discovery that is not complete', { discoveryFailure: 'no' }, 'NamespaceDeletionDiscoveryFailure', /^no$/],
]
for (const [name, found, type, message] of blocked) {
  test(`${name} keep a namespace, and it says so`, () => {
    const [written, last] = decideNamespace(terminating(), content(found), NOW)
    ok(written?.do === 'write-conditions')
    const condition = written.conditions.find((one) => one.type === type)
    equal(condition?.status, 'True')
    ok(message.test(condition?.message ?? ''), condition?.message)
    equal(last?.do, 'look-again')
  })
}

test('conditions that say the same are not written again, and keep the time since when they hold', () => {
  const found = content({ failures: ['a'] })
  const [first] = decideNamespace(terminating(), found, NOW)
  ok(first?.do === 'write-conditions')
  const again = decideNamespace(terminating({ conditions: first.conditions }), found, '2027-01-01T00:00:00Z')
  deepEqual(
    again.map((step) => step.do),
    ['look-again'],
  )
  const changed = decideNamespace(
    terminating({ conditions: first.conditions }),
    content({ failures: ['b'] }),
    '2027-01-01T00:00:00Z',
  )
  ok(changed[0]?.do === 'write-conditions')
  equal(changed[0].conditions.find(({ type }) => type === 'NamespaceDeletionContentFailure')?.lastTransitionTime, NOW)
})

test('while pods are left they alone are waited for, and looked after soon', () => {
  deepEqual(
    [
      { group: '', plural: 'configmaps' },
      { group: '', plural: 'pods' },
      { group: 'metrics.k8s.io', plural: 'pods' },
      { group: 'apps', plural: 'deployments' },
    ].map(goesFirst),
    [false, true, false, false],
  )
  const after = (resource: string) => {
    const remaining = [{ resource, group: '', count: 1, finalizers: {} }]
    const last = decideNamespace(terminating(), content({ remaining }), NOW).at(-1)
    return last?.do === 'look-again' && last.after
  }
  deepEqual([after('pods'), after('secrets')], [1_000, 5_000])
})
