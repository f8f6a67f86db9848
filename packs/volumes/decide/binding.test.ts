/** How claims and volumes come together, in tables and whatever is cut off. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolume, PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import fc from 'fast-check'
import { BIND_COMPLETED, PROVISIONER, SELECTED_NODE } from '../words.ts'
import { boundAnnotations, type ClaimStep, decideClaim, decideVolume } from './binding.ts'

const claim = (
  spec: PersistentVolumeClaim['spec'] = {},
  annotations: Record<string, string> = {},
  status: PersistentVolumeClaim['status'] = { phase: 'Pending' },
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop', uid: 'c1', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  status,
})

const volume = (name: string, spec: PersistentVolume['spec'] = {}, phase = 'Available'): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, uid: `v-${name}`, labels: { tier: name } },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec },
  status: { phase },
})

const late: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local' },
  provisioner: 'muster.dev/local',
  volumeBindingMode: 'WaitForFirstConsumer',
}

const look = (of: PersistentVolumeClaim, volumes: PersistentVolume[], storageClass?: StorageClass) =>
  decideClaim({ claim: of, volumes, storageClass, node: undefined })
const said = (steps: readonly ClaimStep[]) =>
  steps.map((step) =>
    step.do === 'tell' ? step.reason : 'volume' in step ? `${step.do} ${step.volume.metadata.name}` : step.do,
  )

test('a claim gets the smallest volume that will do', () => {
  const volumes = [
    volume('small', { capacity: { storage: '500Mi' } }),
    volume('large', { capacity: { storage: '10Gi' } }),
    volume('fits', { capacity: { storage: '2Gi' } }),
    volume('other-mode', { accessModes: ['ReadOnlyMany'] }),
    volume('other-class', { storageClassName: 'fast' }),
    volume('block', { volumeMode: 'Block' }),
    volume('taken', { claimRef: { namespace: 'shop', name: 'other', uid: 'c2' } }),
    volume('released', {}, 'Released'),
  ]
  deepEqual(said(look(claim(), volumes)), ['reserve fits', 'bind fits'])
  deepEqual(said(look(claim({ selector: { matchLabels: { tier: 'large' } } }), volumes)), [
    'reserve large',
    'bind large',
  ])
  deepEqual(said(look(claim({ storageClassName: 'fast' }), volumes)), ['reserve other-class', 'bind other-class'])
  deepEqual(said(look(claim({ volumeName: 'large' }), volumes)), ['reserve large', 'bind large'])
  deepEqual(said(look(claim({ volumeName: 'none' }), volumes)), [])
})

test('a volume that says it is kept for the claim is taken before any other', () => {
  const kept = volume('kept', { capacity: { storage: '9Gi' }, claimRef: { namespace: 'shop', name: 'data' } })
  deepEqual(said(look(claim(), [volume('fits'), kept])), ['reserve kept', 'bind kept'])
  // It was made for a claim of that name that is gone.
  const stale = volume('stale', { claimRef: { namespace: 'shop', name: 'data', uid: 'c0' } })
  deepEqual(said(look(claim(), [stale])), ['FailedBinding'])
})

test('where nothing is to be had, it says why', () => {
  deepEqual(said(look(claim(), [])), ['FailedBinding'])
  deepEqual(said(look(claim({}, {}, {}), [])), ['say-pending', 'FailedBinding'])
  deepEqual(said(look(claim({ storageClassName: 'nowhere' }), [])), ['ProvisioningFailed'])
  const asks = claim({ storageClassName: 'local' })
  deepEqual(said(look(asks, [volume('fits', { storageClassName: 'local' })], late)), ['WaitForFirstConsumer'])
  const chosen = claim({ storageClassName: 'local' }, { [SELECTED_NODE]: 'n1' })
  deepEqual(said(look(chosen, [], late)), ['await-provisioner', 'ExternalProvisioning'])
  const asked = claim({ storageClassName: 'local' }, { [SELECTED_NODE]: 'n1', [PROVISIONER]: 'muster.dev/local' })
  deepEqual(said(look(asked, [], late)), ['ExternalProvisioning'])
  deepEqual(said(look(chosen, [], { ...late, provisioner: 'kubernetes.io/no-provisioner' })), [])
})

test('a bound claim whose volume is gone, or is another’s, is lost, and is told so once', () => {
  const bound = claim({ volumeName: 'fits' }, { [BIND_COMPLETED]: 'yes' }, { phase: 'Bound' })
  const own = volume('fits', { claimRef: { namespace: 'shop', name: 'data', uid: 'c1' } })
  deepEqual(said(look(bound, [own])), [])
  deepEqual(said(look(bound, [])), ['say-lost', 'ClaimLost'])
  const foreign = volume('fits', { claimRef: { namespace: 'shop', name: 'other', uid: 'c2' } })
  deepEqual(said(look(bound, [foreign])), ['say-lost', 'ClaimMisbound'])
  deepEqual(said(look({ ...bound, status: { phase: 'Lost' } }, [])), [])
})

test('a volume is available, bound, or released; it goes with its claim when its policy says so', () => {
  const own = { namespace: 'shop', name: 'data', uid: 'c1' }
  deepEqual(decideVolume(volume('a'), undefined), { phase: 'Available', isToGo: false })
  deepEqual(decideVolume(volume('a', { claimRef: { namespace: 'shop', name: 'data' } }), claim()), {
    phase: 'Available',
    isToGo: false,
  })
  deepEqual(decideVolume(volume('a', { claimRef: own }), claim()), { phase: 'Bound', isToGo: false })
  const deleted = volume('a', { claimRef: own, persistentVolumeReclaimPolicy: 'Delete' })
  deepEqual(decideVolume(deleted, undefined), { phase: 'Released', isToGo: true })
  const another: PersistentVolumeClaim = { ...claim(), metadata: { ...claim().metadata, uid: 'c9' } }
  deepEqual(decideVolume(deleted, another), { phase: 'Released', isToGo: true })
  const retained = volume('a', { claimRef: own, persistentVolumeReclaimPolicy: 'Retain' })
  deepEqual(decideVolume(retained, undefined), { phase: 'Released', isToGo: false })
})

const gigabytesIn = (storage: unknown): number => Number.parseInt(String(storage), 10)

test('whatever is cut off between two writes: no volume has two claims, no claim two volumes, and all that can is bound', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(sizes, sizes, fc.array(fc.nat({ max: 3 }), { maxLength: 30 }), (wanted, given, cuts) => {
      const gigabytes = (size: number) => ({ storage: `${size}Gi` })
      let claims = wanted.map((size, at): PersistentVolumeClaim => {
        const one = claim({ resources: { requests: gigabytes(size) } })
        return { ...one, metadata: { ...one.metadata, name: `c${at}`, uid: `u${at}` } }
      })
      let volumes = given.map((size, at) => volume(`v${at}`, { capacity: gigabytes(size) }))
      const act = (of: PersistentVolumeClaim, step: ClaimStep) => {
        const { name = '', uid = '' } = of.metadata
        const putClaim = (next: PersistentVolumeClaim) => {
          claims = claims.map((one) => (one.metadata.name === name ? next : one))
        }
        if (step.do === 'reserve')
          volumes = volumes.map((one) =>
            one.metadata.name === step.volume.metadata.name
              ? { ...one, spec: { ...one.spec, claimRef: { namespace: 'shop', name, uid } } }
              : one,
          )
        if (step.do === 'bind')
          putClaim({
            ...of,
            metadata: { ...of.metadata, annotations: { ...boundAnnotations(true) } },
            spec: { ...of.spec, volumeName: step.volume.metadata.name ?? '' },
          })
        if (step.do === 'say-bound') putClaim({ ...of, status: { phase: 'Bound' } })
      }
      for (let turn = 0; turn < 60; turn++) {
        const of = claims[turn % claims.length]
        ok(of)
        const steps = look(of, volumes)
        // Killed after so many of its writes.
        for (const step of steps.slice(0, cuts[turn] ?? steps.length)) act(of, step)
        const held = volumes.flatMap(({ spec }) => (spec?.claimRef ? [spec.claimRef.uid] : []))
        equal(new Set(held).size, held.length)
        const named = claims.flatMap(({ spec }) => (spec?.volumeName ? [spec.volumeName] : []))
        equal(new Set(named).size, named.length)
      }
      for (const one of claims) {
        if (one.status?.phase === 'Bound') continue
        const size = gigabytesIn(one.spec?.resources?.requests?.storage)
        const free = volumes.filter(({ spec }) => !spec?.claimRef && gigabytesIn(spec?.capacity?.storage) >= size)
        deepEqual(free, [])
      }
    }),
  )
})
