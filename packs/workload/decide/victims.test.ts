import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { instant } from '@muster/base/clock.ts'
import { chooseVictims } from './victims.ts'

const NOW = instant(Date.parse('2026-01-10T00:00:00Z'))

interface Traits {
  readonly node?: string
  readonly phase?: string
  readonly ready?: string
  readonly cost?: string
  readonly restarts?: number
  readonly sidecarRestarts?: number
  readonly created?: string
}

const pod = (name: string, traits: Traits = {}): Pod => {
  const { node = 'n1', phase = 'Running', ready = '2026-01-01T00:00:00Z', created = '2026-01-01T00:00:00Z' } = traits
  const { cost, restarts = 0, sidecarRestarts = 0 } = traits
  const status = { name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: created,
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: {
      containers: [{ name: 'c' }],
      initContainers: [{ name: 's', restartPolicy: 'Always' }],
      ...(node ? { nodeName: node } : {}),
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ready }],
      containerStatuses: [status],
      initContainerStatuses: [{ ...status, name: 's', restartCount: sidecarRestarts }],
    },
  }
}

const order = (pods: readonly Pod[], related: readonly Pod[] = []) =>
  chooseVictims(pods, related, pods.length - 1, NOW).map(({ metadata }) => metadata.name)

test('each rule goes before those below it', () => {
  const pods = [
    pod('none', { cost: '100', phase: 'Pending', ready: '', node: '' }),
    pod('pending', { cost: '100', phase: 'Pending', ready: '' }),
    pod('unknown', { cost: '100', phase: 'Unknown', ready: '' }),
    pod('not-ready', { cost: '100', ready: '' }),
    pod('cheap', { cost: '-1', created: '2025-01-01T00:00:00Z', ready: '2025-01-01T00:00:00Z' }),
    pod('doubled', { node: 'n2', ready: '2025-01-01T00:00:00Z' }),
    pod('ready-lately', { ready: '2026-01-09T23:59:00Z' }),
    pod('restarted', { restarts: 1, sidecarRestarts: 0 }),
    pod('sidecar-restarted', { sidecarRestarts: 3 }),
    pod('young', { created: '2026-01-09T00:00:00Z' }),
    pod('old', {}),
    pod('last', { cost: '5', restarts: 9 }),
  ]
  // Three pods of the same owner are on n2.
  const related = [...pods, ...['a', 'b'].map((name) => pod(name, { node: 'n2' }))].filter(
    ({ spec }) => spec?.nodeName === 'n2',
  )
  const expected = pods.map(({ metadata }) => metadata.name).slice(0, -1)
  deepEqual(order(pods, related), expected)
  deepEqual(order(pods.toReversed(), related), expected)
})

test('of a node only pods that are active count', () => {
  const ended = (name: string) => pod(name, { node: 'n2', phase: 'Succeeded' })
  const pods = [pod('a', { node: 'n2' }), pod('b')]
  deepEqual(order(pods, [...pods, pod('c'), ended('d'), ended('e')]), ['b'])
})

test('ages are compared by how often they double, and then by uid', () => {
  const at = (name: string, ready: string) => pod(name, { ready })
  deepEqual(order([at('a', '2026-01-09T00:00:00Z'), at('b', '2026-01-09T01:00:00Z')]), ['a'])
  deepEqual(order([at('a', '2026-01-02T00:00:00Z'), at('b', '2026-01-09T01:00:00Z')]), ['b'])
})

test('a cost that cannot be read is none', () => {
  for (const cost of ['+5', '05', '', 'x', '1.5', '2147483648']) {
    deepEqual(order([pod('a', { cost: '1' }), pod('b', { cost })]), ['b'], cost)
  }
  deepEqual(order([pod('a', { cost: '-2147483648' }), pod('b', { cost: '-1' })]), ['a'])
})

test('where all are to go none is preferred', () => {
  const pods = [pod('a'), pod('b', { node: '' })]
  deepEqual(chooseVictims(pods, [], 2, NOW), pods)
})
