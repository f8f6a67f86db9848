import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { compareVersions } from './version-order.ts'

test('versions stand in the order of the example in Kubernetes’ documentation', () => {
  const inOrder = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10']
  deepEqual(inOrder.toReversed().sort(compareVersions), inOrder)
  deepEqual(['v1alpha', 'v1', 'v01', 'V2'].sort(compareVersions), ['v01', 'v1', 'V2', 'v1alpha'])
})
