import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import fc from 'fast-check'
import { type Fate, fateOf, surplusPods } from './pod-garbage.ts'

const node = (isReady: boolean | undefined, taint?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  spec: taint ? { taints: [{ key: taint, effect: 'NoExecute' }] } : {},
  status: isReady === undefined ? {} : { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }] },
})
const pod = (isGoing: boolean, nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', ...(isGoing ? { deletionTimestamp: '2026-01-10T00:00:00Z' } : {}) },
  spec: { containers: [], ...(nodeName ? { nodeName } : {}) },
})
const OUT = 'node.kubernetes.io/out-of-service'

const CASES: readonly (readonly [why: string, Pod, Node | undefined, Fate])[] = [
  ['waits for a node', pod(false), undefined, 'stays'],
  ['goes and never had a node', pod(true), undefined, 'goes'],
  ['is on a node', pod(false, 'n1'), node(true), 'stays'],
  ['goes, and its node ends it', pod(true, 'n1'), node(true), 'stays'],
  ['goes, and its node does not answer', pod(true, 'n1'), node(false), 'stays'],
  ['goes, and its node is out of service', pod(true, 'n1'), node(false, OUT), 'goes'],
  ['goes, its node is out of service and never answered', pod(true, 'n1'), node(undefined, OUT), 'goes'],
  ['goes, and its node is back', pod(true, 'n1'), node(true, OUT), 'stays'],
  ['is on a node out of service', pod(false, 'n1'), node(false, OUT), 'stays'],
  ['is on a node that is gone', pod(false, 'n1'), undefined, 'is orphaned'],
  ['goes from a node that is gone', pod(true, 'n1'), undefined, 'is orphaned'],
]
for (const [why, one, on, fate] of CASES) test(`a pod that ${why} ${fate}`, () => equal(fateOf(one, on), fate))

const ended = (name: string, created: string, reason?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: created },
  status: { phase: reason ? 'Failed' : 'Succeeded', ...(reason ? { reason } : {}) },
})
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name)

test('of too many that have ended, evicted ones go first, then the oldest, then by name', () => {
  const all = [
    ended('d', '2026-01-03T00:00:00Z'),
    ended('c', '2026-01-01T00:00:00Z'),
    ended('b', '2026-01-01T00:00:00Z'),
    ended('e', '2026-01-09T00:00:00Z', 'Evicted'),
    ended('f', '2026-01-02T00:00:00Z', 'Error'),
  ]
  deepEqual(names(surplusPods(all, 5)), [])
  deepEqual(names(surplusPods(all, 0)), ['e', 'b', 'c', 'f', 'd'])
  deepEqual(names(surplusPods(all, 3)), ['e', 'b'])
})

test('whatever has ended: as many stay as may, and none that stays is older than one that goes', () => {
  const one = fc.record({ day: fc.integer({ min: 10, max: 28 }), evicted: fc.boolean() })
  fc.assert(
    fc.property(fc.array(one), fc.nat(20), (drawn, max) => {
      const all = drawn.map(({ day, evicted }, at) =>
        ended(`p${at}`, `2026-01-${day}T00:00:00Z`, evicted ? 'Evicted' : undefined),
      )
      const going = surplusPods(all, max)
      equal(all.length - going.length, Math.min(max, all.length))
      const order = ({ metadata, status }: Pod) => `${status?.reason ? 0 : 1} ${metadata.creationTimestamp}`
      const last = going.map(order).toSorted().at(-1) ?? ''
      equal(
        all.filter((pod) => !going.includes(pod)).every((pod) => order(pod) >= last),
        true,
      )
    }),
  )
})
