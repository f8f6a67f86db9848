import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplicaSet, ReplicaSetStatus } from '@muster/api/types/apps-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { instant } from '@muster/base/clock.ts'
import { BURST, decideReplicas, replicaStatus } from './replica-set.ts'

const NOW = instant(Date.parse('2026-01-10T00:00:00Z'))

const set = (replicas: number, status?: ReplicaSetStatus): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', generation: 3 },
  spec: {
    replicas,
    minReadySeconds: 10,
    selector: {},
    template: { metadata: { labels: { app: 'web', tier: 'front' } } },
  },
  ...(status ? { status } : {}),
})

const pod = (
  name: string,
  ready = '',
  labels: Record<string, string> = { app: 'web', tier: 'front', more: 'x' },
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  status: { phase: 'Running', conditions: ready ? [{ type: 'Ready', status: 'True', lastTransitionTime: ready }] : [] },
})

test('pods that are missing are made, those too many are deleted, and only so many at once', () => {
  const pods = [pod('a', '2026-01-01T00:00:00Z'), pod('b')]
  deepEqual(decideReplicas(set(5), pods, [], NOW), { do: 'create', count: 3 })
  deepEqual(decideReplicas(set(2), pods, [], NOW), { do: 'nothing' })
  deepEqual(decideReplicas(set(1), pods, [], NOW), { do: 'delete', pods: [pods[1]] })
  deepEqual(decideReplicas(set(5000), pods, [], NOW), { do: 'create', count: BURST })
  const many = Array.from({ length: BURST + 5 }, (_, at) => pod(`p${at}`))
  const step = decideReplicas(set(0), many, [], NOW)
  equal(step.do === 'delete' && step.pods.length, BURST)
})

test('a set that is to go does nothing', () => {
  const leaving = set(5)
  leaving.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
  deepEqual(decideReplicas(leaving, [], [], NOW), { do: 'nothing' })
})

test('the status counts pods that are active, ready, available and of all labels', () => {
  const active = [
    pod('a', '2026-01-09T23:59:50Z'),
    pod('b', '2026-01-09T23:59:51Z'),
    pod('c'),
    pod('d', '2026-01-01T00:00:00Z', { app: 'web' }),
  ]
  const counts = {
    replicas: 4,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 2,
    observedGeneration: 3,
    conditions: [],
  }
  deepEqual(replicaStatus(set(4), { active, now: NOW }), counts)
  deepEqual(replicaStatus(set(4), { active, terminating: [pod('e')], now: NOW }), { ...counts, terminatingReplicas: 1 })
})

test('a failure is told of once, with what was tried, until there is none', () => {
  const told = (replicas: number, status: ReplicaSetStatus | undefined, failure?: string) =>
    replicaStatus(set(replicas, status), { active: [pod('a')], now: NOW, ...(failure ? { failure } : {}) }).conditions
  const first = told(2, undefined, 'no room')
  deepEqual(first, [
    {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: '2026-01-10T00:00:00Z',
      reason: 'FailedCreate',
      message: 'no room',
    },
  ])
  deepEqual(
    told(0, undefined, 'held')?.map(({ reason }) => reason),
    ['FailedDelete'],
  )
  const other = { type: 'Other', status: 'True' }
  const status = { replicas: 1, conditions: [other, ...(first ?? [])] }
  deepEqual(told(2, status, 'still no room'), status.conditions)
  deepEqual(told(2, status), [other])
})
