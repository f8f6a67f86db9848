import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { add, instant, seconds } from '@muster/base/clock.ts'
import { isPodActive, isPodAvailable, isPodReady, isPodTerminal, podFromTemplate, untilNextAvailable } from './pods.ts'

const SINCE = instant(Date.parse('2026-01-01T00:00:00Z'))
const after = (count: number) => add(SINCE, seconds(count))

const pod = (status: string, phase = 'Running', lastTransitionTime = '2026-01-01T00:00:00Z'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  status: { phase, conditions: [{ type: 'Ready', status, lastTransitionTime }] },
})

test('a pod is available when it has been ready for long enough', () => {
  equal(isPodReady(pod('True')), true)
  equal(isPodReady(pod('Unknown')), false)
  equal(isPodAvailable(pod('True'), 0, SINCE), true)
  equal(isPodAvailable(pod('False'), 0, SINCE), false)
  equal(isPodAvailable(pod('True'), 10, after(9)), false)
  equal(isPodAvailable(pod('True'), 10, after(10)), true)
  equal(isPodAvailable(pod('True', 'Running', ''), 10, after(10)), false)
})

test('the next pod to become available is waited for', () => {
  const pods = [pod('False'), pod('True'), pod('True', 'Running', '2026-01-01T00:00:02Z')]
  equal(untilNextAvailable(pods, 10, after(4)), seconds(6))
  equal(untilNextAvailable(pods, 10, after(11)), seconds(1))
  equal(untilNextAvailable(pods, 10, after(12)), undefined)
  equal(untilNextAvailable([], 10, after(4)), undefined)
})

test('a pod that has ended, or is on its way out, is not active', () => {
  equal(isPodActive(pod('True')), true)
  equal(isPodActive(pod('False', 'Succeeded')), false)
  equal(isPodTerminal(pod('False', 'Failed')), true)
  const leaving = { ...pod('True'), metadata: { name: 'web', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  equal(isPodActive(leaving), false)
  equal(isPodTerminal(leaving), false)
})

test('a pod has what its template has, belongs to its owner, and begins with its name', () => {
  const owner: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'u' },
  }
  const template = { metadata: { labels: { app: 'web' }, finalizers: ['a/b'] }, spec: { containers: [] } }
  deepEqual(podFromTemplate(template, owner), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'web-',
      namespace: 'shop',
      labels: { app: 'web' },
      finalizers: ['a/b'],
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: 'u',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { containers: [] },
  })
  const long = { ...owner, metadata: { ...owner.metadata, name: 'x'.repeat(253) } }
  equal(podFromTemplate(template, long).metadata.generateName, 'x'.repeat(253))
})
