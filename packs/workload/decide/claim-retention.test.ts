import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import type { OwnerReference } from '@muster/api/object.ts'
import type { StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import { decideClaimOwners, isClaimOfEarlierPod } from './claim-retention.ts'

const setWith = (whenScaled: string, whenDeleted: string): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', uid: 'set' },
  spec: { replicas: 1, selector: {}, template: {}, persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted } },
})
const pod = (ordinal: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `web-${ordinal}`, uid: `pod-${ordinal}` },
})
const claimOf = (ownerReferences: OwnerReference[]): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', ownerReferences },
})
const setReference = controllerReference(setWith('', ''))
const podReference = (ordinal: number) => controllerReference(pod(ordinal))
const other: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'other' }

const OWNERS: readonly [scaled: string, deleted: string, wanted: OwnerReference[], toGo: OwnerReference[]][] = [
  ['Retain', 'Retain', [], []],
  ['Retain', 'Delete', [setReference], [setReference]],
  ['Delete', 'Retain', [], [podReference(1)]],
  ['Delete', 'Delete', [setReference], [podReference(1)]],
]

for (const [scaled, deleted, wanted, toGo] of OWNERS) {
  test(`claims that are ${scaled} when scaled and ${deleted} when deleted get their owner from any other`, () => {
    const set = setWith(scaled, deleted)
    for (const [ordinal, owners] of [
      [0, wanted],
      [1, toGo],
    ] as const) {
      equal(decideClaimOwners(set, pod(ordinal), claimOf([...owners])).owners, 'right')
      for (const before of [
        [],
        [setReference],
        [podReference(ordinal)],
        [other],
        [setReference, podReference(ordinal)],
      ]) {
        const decided = decideClaimOwners(set, pod(ordinal), claimOf(before))
        const after = decided.owners === 'write' ? decided.references : before
        deepEqual(after, [...before.filter((one) => one === other), ...owners])
        equal(decideClaimOwners(set, pod(ordinal), claimOf([...after])).owners, 'right')
      }
    }
  })
}

test('an owner that does not manage the claim is made to', () => {
  const decided = decideClaimOwners(
    setWith('Retain', 'Delete'),
    pod(0),
    claimOf([{ ...setReference, controller: false }]),
  )
  deepEqual(decided, { owners: 'write', references: [setReference], conflicting: false })
})

test('what somebody else manages is left to him, and what belongs to an earlier life is left alone', () => {
  const set = setWith('Delete', 'Delete')
  const stranger = { ...other, controller: true }
  equal(decideClaimOwners(set, pod(0), claimOf([stranger])).owners, 'right')
  deepEqual(decideClaimOwners(set, pod(0), claimOf([stranger, { ...setReference, controller: false }])), {
    owners: 'write',
    references: [stranger],
    conflicting: true,
  })
  equal(decideClaimOwners(set, pod(0), claimOf([{ ...setReference, uid: 'earlier' }])).owners, 'right')
})

test('a claim that an earlier pod leaves holds up the next one, if it is to be collected', () => {
  const left = claimOf([{ ...podReference(0), uid: 'earlier' }])
  equal(isClaimOfEarlierPod(setWith('Delete', 'Retain'), pod(0), left), true)
  equal(isClaimOfEarlierPod(setWith('Retain', 'Retain'), pod(0), left), false)
  equal(isClaimOfEarlierPod(setWith('Delete', 'Retain'), pod(0), claimOf([podReference(0)])), false)
})
