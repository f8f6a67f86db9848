import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import { claimsToSettle, SELECTED_NODE, type Storage, volumeNeeds } from './volumes.ts'

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { containers: [], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
}
const onNode = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }] }
const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { nodeAffinity: { required: onNode } },
}
const late: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'late' },
  provisioner: 'test.dev/disk',
  volumeBindingMode: 'WaitForFirstConsumer',
}
const claim = (more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default' },
  spec: { storageClassName: 'standard' },
  ...more,
})
const metadata = (annotations: Record<string, string>) => ({ name: 'data', namespace: 'default', annotations })
const bound = claim({ metadata: metadata({ 'pv.kubernetes.io/bind-completed': 'yes' }), spec: { volumeName: 'pv' } })

const storage = (
  found: PersistentVolumeClaim | undefined,
  volumes: readonly PersistentVolume[] = [volume],
): Storage => ({
  claim: () => found,
  volume: (name) => volumes.find((one) => one.metadata.name === name),
  storageClass: (name) => (name === 'late' ? late : undefined),
})
const itsNode = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['one'] }] }] }

const CASES: readonly [what: string, storage: Storage, needs: ReturnType<typeof volumeNeeds>][] = [
  ['that is not there', storage(undefined), { reachable: [], refusal: 'persistentvolumeclaim "data" not found' }],
  ['that is bound', storage(bound), { reachable: [onNode] }],
  [
    'whose volume is gone',
    storage(bound, []),
    { reachable: [], refusal: 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)' },
  ],
  [
    'that is lost',
    storage(claim({ spec: { volumeName: 'pv' }, status: { phase: 'Lost' } })),
    { reachable: [], refusal: 'persistentvolumeclaim "data" bound to non-existent persistentvolume "pv"' },
  ],
  [
    'that goes',
    storage(claim({ metadata: { ...metadata({}), deletionTimestamp: '2026-01-01T00:00:00Z' } })),
    { reachable: [], refusal: 'persistentvolumeclaim "data" is being deleted' },
  ],
  [
    'that is not bound yet',
    storage(claim()),
    { reachable: [], refusal: 'pod has unbound immediate PersistentVolumeClaims' },
  ],
  ['that waits for its first user', storage(claim({ spec: { storageClassName: 'late' } })), { reachable: [] }],
  [
    'that was told where',
    storage(claim({ metadata: metadata({ [SELECTED_NODE]: 'one' }), spec: { storageClassName: 'late' } })),
    { reachable: [itsNode] },
  ],
]

for (const [what, from, needs] of CASES) {
  test(`a pod with a claim ${what}`, () => deepEqual(volumeNeeds(pod, from), needs))
}

test('only a claim without a volume must be told where its user will be', () => {
  const waits = claim({ spec: { storageClassName: 'late' } })
  deepEqual(claimsToSettle(pod, storage(waits)), [waits])
  deepEqual(claimsToSettle(pod, storage(bound)), [])
})
