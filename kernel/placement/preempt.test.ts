import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { Placement } from './placement.ts'
import { type Budget, preempt } from './preempt.ts'
import { nodeOf, podOf, seenBy } from './testing.ts'

const pod = (
  name: string,
  cpu: string,
  priority: number,
  spec: Partial<PodSpec> = {},
  started = '2026-01-01',
): Pod => ({
  ...podOf(name, { cpu }, { priority, ...spec }, { app: name }),
  status: { startTime: `${started}T00:00:00Z` },
})
const budget = (app: string, allowed: number): Budget => ({
  namespace: 'default',
  filter: [{ key: 'app', operator: '=', values: [app] }],
  allowed,
  disrupted: new Set(),
})

interface Case {
  readonly placed: Readonly<Record<string, readonly Pod[]>>
  readonly budgets?: readonly Budget[]
  readonly spec?: Partial<PodSpec>
  /** The node and who goes; or why nobody does. */
  readonly outcome: readonly [node: string, ...victims: string[]] | string
}

const CASES: Readonly<Record<string, Case>> = {
  'the least important goes, and the others stay': {
    placed: { one: [pod('a', '2', 5), pod('b', '2', 1)] },
    outcome: ['one', 'b'],
  },
  'as many as it takes go': {
    placed: { one: [pod('a', '1', 1), pod('b', '1', 2), pod('c', '1', 3), pod('d', '1', 4)] },
    outcome: ['one', 'b', 'a'],
  },
  'the node whose most important victim is least important': {
    placed: { one: [pod('a', '4', 5)], two: [pod('b', '4', 3)] },
    outcome: ['two', 'b'],
  },
  'the node with fewer victims': {
    placed: { one: [pod('a', '1', 1), pod('b', '1', 1), pod('d', '2', 11)], two: [pod('c', '3', 1)] },
    outcome: ['two', 'c'],
  },
  'the node whose victims run for the shortest time': {
    placed: { one: [pod('a', '4', 1, {}, '2026-01-01')], two: [pod('b', '4', 1, {}, '2026-02-01')] },
    outcome: ['two', 'b'],
  },
  'the node where no budget is broken': {
    placed: { one: [pod('a', '4', 1)], two: [pod('b', '4', 3)] },
    budgets: [budget('a', 0)],
    outcome: ['two', 'b'],
  },
  'one whose budget allows it rather than another': {
    placed: { one: [pod('a', '2', 1), pod('b', '2', 3)] },
    budgets: [budget('a', 0)],
    outcome: ['one', 'b'],
  },
  'a budget is broken where there is no other way': {
    placed: { one: [pod('a', '4', 1)] },
    budgets: [budget('a', 0)],
    outcome: ['one', 'a'],
  },
  'nobody is less important': {
    placed: { one: [pod('a', '4', 10)], two: [pod('b', '4', 11)] },
    outcome: 'preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
  },
  'those who are less important take too little': {
    placed: { one: [pod('a', '1', 1), pod('b', '3', 11)] },
    outcome: 'preemption: 0/1 nodes are available: 1 Insufficient cpu.',
  },
  'no node is large enough': {
    placed: { one: [pod('a', '1', 1)] },
    spec: { containers: [{ name: 'main', image: 'i', resources: { requests: { cpu: '5' } } }] },
    outcome: 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  },
  'one that goes first, and sends nobody away': {
    placed: { one: [pod('a', '4', 1)] },
    spec: { preemptionPolicy: 'Never' },
    outcome: 'preemption: not eligible due to preemptionPolicy=Never.',
  },
}

for (const [what, { placed, budgets = [], spec, outcome }] of Object.entries(CASES)) {
  test(`preemption: ${what}`, () => {
    const placement = new Placement()
    for (const [name, pods] of Object.entries(placed)) {
      placement.fleet.setNode(nodeOf(name))
      for (const one of pods) placement.fleet.place(seenBy(placement, one), name)
    }
    const high = seenBy(placement, pod('high', '2', 10, spec))
    const decision = placement.decide(high)
    if (decision.decision === 'place') throw new Error('it fits without')
    const found = preempt(placement, high, decision.why, budgets)
    deepEqual(found.preempts ? [found.node, ...found.victims.map(({ name }) => name)] : found.why, outcome)
    for (const [name, pods] of Object.entries(placed)) {
      const on = [...placement.fleet.podsOn(placement.fleet.numberOf(name) ?? -1).keys()]
      deepEqual(on.toSorted(), pods.map(({ metadata }) => metadata.uid ?? '').toSorted(), 'nobody has gone yet')
    }
  })
}

test('preemption: while victims go from the node that it was promised, nobody else is sent away', () => {
  const placement = new Placement()
  placement.fleet.setNode(nodeOf('one'))
  placement.fleet.place({ ...seenBy(placement, pod('a', '4', 1)), isTerminating: true, isPreempted: true }, 'one')
  const high = { ...seenBy(placement, pod('high', '2', 10)), nominatedNode: 'one' }
  const decision = placement.decide(high)
  if (decision.decision === 'place') throw new Error('it fits without')
  deepEqual(preempt(placement, high, decision.why, []), {
    preempts: false,
    why: 'preemption: not eligible due to a terminating pod on the nominated node.',
  })
})
