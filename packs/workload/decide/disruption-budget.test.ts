/** What budgets allow, in a table and whatever pods there are. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { timestamp } from '@muster/api/time.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetSpec,
  PodDisruptionBudgetStatus,
} from '@muster/api/types/policy-v1.ts'
import { add, instant, minutes, seconds } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { closedStatus, countsOwners, DELETION_TIMEOUT, decideBudget } from './disruption-budget.ts'

const NOW = instant(Date.parse('2026-01-10T00:00:00Z'))

const budget = (spec: PodDisruptionBudgetSpec, status?: PodDisruptionBudgetStatus): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'default', generation: 2 },
  spec,
  ...(status ? { status } : {}),
})

const pod = (name: string, ready = true, going = false): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...(going ? { deletionTimestamp: timestamp(NOW) } : {}) },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
})
const pods = (ready: number, unready = 0) => [
  ...Array.from({ length: ready }, (_, at) => pod(`r${at}`)),
  ...Array.from({ length: unready }, (_, at) => pod(`u${at}`, false)),
]

type Case = readonly [
  PodDisruptionBudgetSpec,
  Pod[],
  wanted: number,
  expected: number,
  desired: number,
  allowed: number,
]
const CASES: Case[] = [
  [{ minAvailable: 2 }, pods(3), 9, 3, 2, 1],
  [{ minAvailable: 2 }, pods(2, 3), 9, 5, 2, 0],
  [{ minAvailable: 0 }, pods(2), 9, 2, 0, 2],
  [{ minAvailable: 0 }, [], 9, 0, 0, 0],
  [{ minAvailable: '50%' }, pods(4), 5, 5, 3, 1],
  [{ minAvailable: '100%' }, pods(5), 5, 5, 5, 0],
  [{ maxUnavailable: 1 }, pods(4), 5, 5, 4, 0],
  [{ maxUnavailable: 1 }, pods(5), 5, 5, 4, 1],
  [{ maxUnavailable: '30%' }, pods(5), 5, 5, 3, 2],
  [{ maxUnavailable: 9 }, pods(5), 5, 5, 0, 5],
  [{ maxUnavailable: 1 }, pods(2), 0, 0, 0, 0],
  [{ minAvailable: 1 }, [pod('a'), pod('b', true, true)], 2, 2, 1, 0],
  [{}, pods(2), 2, 0, 0, 0],
]
for (const [spec, all, wanted, expectedPods, desiredHealthy, disruptionsAllowed] of CASES) {
  test(`${JSON.stringify(spec)} of ${all.length}, where ${wanted} are wanted: ${disruptionsAllowed} may go`, () => {
    const { status } = decideBudget({ budget: budget(spec), pods: all, wanted, now: NOW })
    deepEqual(
      [status?.expectedPods, status?.desiredHealthy, status?.disruptionsAllowed, status?.observedGeneration],
      [expectedPods, desiredHealthy, disruptionsAllowed, 2],
    )
    const reason = disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods'
    deepEqual(status?.conditions, [
      {
        type: 'DisruptionAllowed',
        status: disruptionsAllowed > 0 ? 'True' : 'False',
        reason,
        message: '',
        observedGeneration: 2,
        lastTransitionTime: '2026-01-10T00:00:00Z',
      },
    ])
  })
}

test('owners are asked only for what is a share of them', () => {
  deepEqual(
    [{ minAvailable: 1 }, { minAvailable: '1%' }, { maxUnavailable: 1 }, {}].map((spec) => countsOwners(budget(spec))),
    [false, true, true, false],
  )
})

test('an evicted pod counts as gone until it is, or until its time is over', () => {
  const at = (ago: number) => timestamp(add(NOW, seconds(-ago)))
  const evicted = budget(
    { minAvailable: 1 },
    { disruptedPods: { soon: at(30), late: at(121), going: at(10), gone: at(10) } },
  )
  const all = [pod('soon'), pod('late'), pod('going', true, true), pod('other')]
  const { status, undeleted, lookAgainAfter } = decideBudget({ budget: evicted, pods: all, wanted: 0, now: NOW })
  deepEqual(status?.disruptedPods, { soon: at(30) })
  deepEqual([status?.currentHealthy, status?.disruptionsAllowed], [2, 1])
  deepEqual(
    undeleted.map(({ metadata }) => metadata.name),
    ['late'],
  )
  equal(lookAgainAfter, seconds(90) + 1)
  const later = decideBudget({ budget: evicted, pods: all, wanted: 0, now: add(NOW, minutes(2)) })
  equal(later.status?.currentHealthy, 3)
  equal(later.lookAgainAfter, undefined)
})

test('one that could not be counted allows nothing, and says why once', () => {
  const open = budget({ maxUnavailable: 1 }, { disruptionsAllowed: 2, observedGeneration: 1, currentHealthy: 3 })
  const closed = closedStatus(open, 'found no controllers for pod "a"', NOW)
  equal(closed?.disruptionsAllowed, 0)
  deepEqual(
    closed?.conditions?.map(({ status, reason, message }) => [status, reason, message]),
    [['False', 'SyncFailed', 'found no controllers for pod "a"']],
  )
  const written = budget({ maxUnavailable: 1 }, { ...open.status, ...closed })
  equal(closedStatus(written, 'found no controllers for pod "a"', NOW), undefined)
  // Counted again, it is open again.
  equal(decideBudget({ budget: written, pods: pods(3), wanted: 3, now: NOW }).status?.conditions?.[0]?.status, 'True')
})

test('whatever pods there are: no more may go than are healthy beyond what is asked, and a second look writes nothing', () => {
  const one = fc.record({
    ready: fc.boolean(),
    going: fc.boolean(),
    evictedAgo: fc.option(fc.integer({ min: 0, max: 200 })),
  })
  const share = fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`)
  const amount = fc.oneof(fc.integer({ min: 0, max: 12 }), share)
  const spec = fc.oneof(
    amount.map((minAvailable) => ({ minAvailable })),
    amount.map((maxUnavailable) => ({ maxUnavailable })),
  )
  let opened = 0
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), spec, fc.integer({ min: 0, max: 14 }), (drawn, given, wanted) => {
      const all = drawn.map(({ ready, going }, at) => pod(`p${at}`, ready, going))
      const disruptedPods = Object.fromEntries(
        drawn.flatMap(({ evictedAgo }, at) =>
          evictedAgo === null ? [] : [[`p${at}`, timestamp(add(NOW, seconds(-evictedAgo)))]],
        ),
      )
      const first = budget(given, { disruptedPods })
      const { status } = decideBudget({ budget: first, pods: all, wanted, now: NOW })
      ok(status)
      const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status
      const healthy = drawn.filter(
        ({ ready, going, evictedAgo }) =>
          ready && !going && (evictedAgo === null || seconds(evictedAgo) >= DELETION_TIMEOUT),
      )
      equal(currentHealthy, healthy.length)
      ok(disruptionsAllowed >= 0)
      // Those that go leave as many as are asked for.
      if (disruptionsAllowed > 0) ok(currentHealthy - disruptionsAllowed >= desiredHealthy)
      if (disruptionsAllowed > 0) opened++
      equal(decideBudget({ budget: budget(given, status), pods: all, wanted, now: NOW }).status, undefined)
    }),
  )
  ok(opened > 0)
})
