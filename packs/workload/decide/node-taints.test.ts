import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Taint } from '@muster/api/types/core-v1.ts'
import { decideTaints } from './node-taints.ts'

const NOW = '2026-11-23T00:00:00Z'
const node = (conditions: Record<string, string>, taints: Taint[] = [], unschedulable = false): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  spec: { taints, ...(unschedulable ? { unschedulable } : {}) },
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
})
const taint = (key: string, effect = 'NoSchedule'): Taint => ({ key: `node.kubernetes.io/${key}`, effect })
const keys = (decided: Taint[] | undefined) => decided?.map(({ key, effect }) => `${key.split('/').at(-1)}:${effect}`)

test('each condition has its taint, and a node that is well has none of ours', () => {
  for (const [conditions, wanted] of [
    [{ Ready: 'False' }, ['not-ready:NoSchedule']],
    [{ Ready: 'Unknown' }, ['unreachable:NoSchedule']],
    [
      { Ready: 'True', MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'True', NetworkUnavailable: 'True' },
      [
        'memory-pressure:NoSchedule',
        'disk-pressure:NoSchedule',
        'pid-pressure:NoSchedule',
        'network-unavailable:NoSchedule',
      ],
    ],
  ] as const)
    deepEqual(keys(decideTaints(node(conditions), NOW)), wanted)
  equal(decideTaints(node({ Ready: 'True', MemoryPressure: 'False' }), NOW), undefined)
  deepEqual(keys(decideTaints(node({ Ready: 'True' }, [], true), NOW)), ['unschedulable:NoSchedule'])
})

test('a new node loses the taint that it is made with once it is ready; taints of others stay', () => {
  const mine: Taint = { key: 'team', value: 'shop', effect: 'NoSchedule' }
  const evicting = taint('not-ready', 'NoExecute')
  const ready = node({ Ready: 'True' }, [taint('not-ready'), mine, evicting])
  deepEqual(decideTaints(ready, NOW), [mine, evicting])
  equal(decideTaints(node({ Ready: 'False' }, [mine, taint('not-ready')]), NOW), undefined)
  deepEqual(keys(decideTaints(node({ Ready: 'Unknown' }, [taint('not-ready')]), NOW)), ['unreachable:NoSchedule'])
})
