/** Which nodes are emptied, how fast, and when their pods leave. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Pod, Taint, Toleration } from '@muster/api/types/core-v1.ts'
import { instant } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { evictingTaint, NodeCensus, withEvictingTaint } from './node-eviction.ts'
import { leavesAt } from './pod-eviction.ts'

const NOW = '2026-11-23T00:10:00Z'
const node = (ready: string, zone = 'a', taints: Taint[] = [], name = 'n'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
  spec: { taints },
  status: { conditions: [{ type: 'Ready', status: ready }] },
})
const nodes = (well: number, silent: number, zone = 'a') => [
  ...Array.from({ length: well }, () => node('True', zone)),
  ...Array.from({ length: silent }, () => node('Unknown', zone)),
]
const plan = (...all: Node[]) => {
  const census = new NodeCensus()
  for (const [at, one] of all.entries()) census.put({ ...one, metadata: { ...one.metadata, name: `n${at}` } })
  const { rates, isAllBroken } = census.plan()
  return { isAllBroken, rates: [...rates.values()].map(({ perSecond }) => perSecond) }
}

test('a few broken nodes are emptied at the usual rate, most of a zone slowly or not at all, all never', () => {
  deepEqual(plan(...nodes(3, 1)), { isAllBroken: false, rates: [0.1] })
  // Two are no sign of anything, also when there are only three.
  deepEqual(plan(...nodes(1, 2)), { isAllBroken: false, rates: [0.1] })
  deepEqual(plan(...nodes(2, 3)), { isAllBroken: false, rates: [0] })
  deepEqual(plan(...nodes(30, 50)), { isAllBroken: false, rates: [0.01] })
  deepEqual(plan(...nodes(0, 3)), { isAllBroken: true, rates: [0] })
  // One zone is gone and another is not: then it is the zone, and its pods are needed elsewhere.
  deepEqual(plan(...nodes(0, 3, 'a'), ...nodes(3, 0, 'b')), { isAllBroken: false, rates: [0.1, 0.1] })
  deepEqual(plan(...nodes(0, 3, 'a'), ...nodes(0, 1, 'b')), { isAllBroken: true, rates: [0, 0] })
})

test('however nodes come, change and go, the census is that of the nodes that there are', () => {
  const change = fc.record({
    name: fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6'),
    ready: fc.constantFrom('True', 'False', 'Unknown', 'gone'),
    zone: fc.constantFrom('a', 'b'),
    isTainted: fc.boolean(),
  })
  const taint: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
  const told = (census: NodeCensus) => {
    const { rates, isAllBroken } = census.plan()
    return [isAllBroken, [...rates].toSorted(), [...census.troubled].toSorted()]
  }
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const there = new Map<string, Node>()
      const census = new NodeCensus()
      for (const { name, ready, zone, isTainted } of changes) {
        const one = node(ready, zone, isTainted ? [taint] : [], name)
        if (ready === 'gone') there.delete(name)
        else there.set(name, one)
        if (ready === 'gone') census.drop(name)
        else census.put(one)
      }
      const anew = new NodeCensus()
      for (const one of there.values()) anew.put(one)
      deepEqual(told(census), told(anew))
      const troubled = [...there.values()].filter((one) => evictingTaint(one) || (one.spec?.taints ?? []).length > 0)
      deepEqual([...census.troubled].toSorted(), troubled.map(({ metadata }) => metadata.name).toSorted())
    }),
  )
})

test('one evicting taint for another keeps the time that was given; taints of others stay', () => {
  const mine: Taint = { key: 'team', effect: 'NoExecute' }
  const before: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: '2026-11-23T00:00:00Z' }
  deepEqual(withEvictingTaint(node('Unknown', 'a', [mine, before]), 'node.kubernetes.io/unreachable', NOW), [
    mine,
    { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2026-11-23T00:00:00Z' },
  ])
  equal(withEvictingTaint(node('False', 'a', [before]), 'node.kubernetes.io/not-ready', NOW), undefined)
  deepEqual(withEvictingTaint(node('True', 'a', [mine, before]), undefined, NOW), [mine])
  equal(withEvictingTaint(node('True', 'a', [mine]), undefined, NOW), undefined)
})

const pod = (tolerations: Toleration[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'host/c' }], tolerations },
})

test('a pod leaves when the taint is older than it tolerates, at once without a toleration, or never', () => {
  const now = instant(Date.parse(NOW))
  const added = Date.parse('2026-11-23T00:00:00Z')
  const bad = node('Unknown', 'a', [
    { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2026-11-23T00:00:00Z' },
    { key: 'quiet', effect: 'NoSchedule' },
  ])
  const tolerates = (tolerationSeconds?: number): Toleration => ({
    key: 'node.kubernetes.io/unreachable',
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
  })
  equal(leavesAt(pod([]), bad, now), added)
  equal(leavesAt(pod([tolerates(300)]), bad, now), added + 300_000)
  equal(leavesAt(pod([tolerates(300), tolerates(30)]), bad, now), added + 30_000)
  equal(leavesAt(pod([tolerates()]), bad, now), undefined)
  equal(leavesAt(pod([{ operator: 'Exists' }]), bad, now), undefined)
  equal(leavesAt(pod([tolerates(-5)]), bad, now), added)
  equal(leavesAt(pod([]), node('True'), now), undefined)
  // One that came to a node that had the taint already has all the time that it asks for.
  const bound = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-23T00:09:00Z' }
  const late = { ...pod([tolerates(300)]), status: { conditions: [bound] } }
  equal(leavesAt(late, bad, now), added + 9 * 60_000 + 300_000)
})
