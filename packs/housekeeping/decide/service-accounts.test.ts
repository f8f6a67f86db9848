import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { decideFurniture, type NamespaceFurniture } from './service-accounts.ts'

const namespace = { apiVersion: 'v1' as const, kind: 'Namespace' as const, metadata: { name: 'shop' } }
const account = { apiVersion: 'v1' as const, kind: 'ServiceAccount' as const, metadata: { name: 'default' } }
const rootCa = (data: Record<string, string>) => ({
  apiVersion: 'v1' as const,
  kind: 'ConfigMap' as const,
  metadata: { name: 'kube-root-ca.crt' },
  data,
})

const cases: [name: string, there: Partial<NamespaceFurniture>, steps: string[]][] = [
  ['an empty namespace is furnished', {}, ['create-account', 'create-root-ca']],
  ['a furnished one is left alone', { account, rootCa: rootCa({ 'ca.crt': 'CA' }) }, []],
  ['another CA is published', { account, rootCa: rootCa({ 'ca.crt': 'old' }) }, ['update-root-ca']],
  [
    'what others wrote into it is taken out',
    { account, rootCa: rootCa({ 'ca.crt': 'CA', x: '' }) },
    ['update-root-ca'],
  ],
  [
    'one that is going gets nothing',
    { namespace: { ...namespace, metadata: { name: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' } } },
    [],
  ],
]
for (const [name, there, steps] of cases) {
  test(name, () => {
    const found = decideFurniture({ namespace, account: undefined, rootCa: undefined, ca: 'CA', ...there })
    deepEqual(
      found.map((step) => step.do),
      steps,
    )
  })
}
