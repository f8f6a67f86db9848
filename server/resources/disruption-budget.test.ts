import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf } from '@muster/api/status.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '@muster/api/types/policy-v1.ts'
import { DISRUPTED_PODS_MAX, goesFreely, isNoLoss, spend } from './disruption-budget.ts'

const NOW = '2026-01-01T00:00:00Z'

const budget = (
  status: PodDisruptionBudget['status'],
  spec: NonNullable<PodDisruptionBudget['spec']> = {},
): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'pdb', namespace: 'shop', generation: 2 },
  spec,
  status: { observedGeneration: 2, ...status },
})

const pod = (phase: string, isReady: boolean, more: Pod['metadata'] = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', ...more },
  status: { phase, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
})

const condition = (reason: string, message: string) => ({
  type: 'DisruptionAllowed',
  status: 'False' as const,
  reason,
  message,
  lastTransitionTime: NOW,
})

test('a budget of two is spent one by one, and says when it is', () => {
  const first = spend(budget({ disruptionsAllowed: 2 }), 'a', NOW)
  equal(first.status?.disruptionsAllowed, 1)
  deepEqual(first.status?.disruptedPods, { a: NOW })
  equal(first.status?.conditions, undefined)
  const second = spend(first, 'b', NOW)
  deepEqual(Object.keys(second.status?.disruptedPods ?? {}), ['a', 'b'])
  deepEqual(
    second.status?.conditions?.map(({ status, reason }) => [status, reason]),
    [['False', 'InsufficientPods']],
  )
  throws(() => spend(second, 'c', NOW), { code: 'TooManyRequests' })
})

const REFUSED: readonly [why: string, PodDisruptionBudget['status'], code: number, says: string][] = [
  ['not observed', { observedGeneration: 1 }, 429, 'The disruption budget pdb is still being processed by the server.'],
  [
    'too few are healthy',
    { currentHealthy: 1, desiredHealthy: 2 },
    429,
    'The disruption budget pdb needs 2 healthy pods and has 1 currently',
  ],
  [
    'not understood',
    { conditions: [condition('SyncFailed', 'no controller')] },
    429,
    'The disruption budget pdb does not allow evicting pods currently because it failed sync: no controller',
  ],
  [
    'for another reason',
    { currentHealthy: 3, desiredHealthy: 2, conditions: [condition('Other', 'told so')] },
    429,
    'The disruption budget pdb does not allow evicting pods currently (Other): told so',
  ],
  [
    'for none',
    { currentHealthy: 3, desiredHealthy: 2 },
    429,
    'The disruption budget pdb does not allow evicting pods currently',
  ],
  [
    'nonsense',
    { disruptionsAllowed: -1 },
    403,
    'poddisruptionbudget.policy "pdb" is forbidden: pdb disruptions allowed is negative',
  ],
  [
    'too many are on their way',
    {
      disruptionsAllowed: 1,
      disruptedPods: Object.fromEntries(Array.from({ length: DISRUPTED_PODS_MAX + 1 }, (_, index) => [index, NOW])),
    },
    403,
    'poddisruptionbudget.policy "pdb" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller',
  ],
]
for (const [why, status, code, says] of REFUSED) {
  test(`a budget refuses: ${why}`, () => {
    throws(
      () => spend(budget(status), 'a', NOW),
      (error) => {
        const answer = statusOf(error)
        equal(answer.code, code)
        equal(answer.details?.causes?.[0]?.message ?? answer.message, says)
        return true
      },
    )
  })
}

test('who has ended, has not begun or is on its way goes freely', () => {
  for (const phase of ['Succeeded', 'Failed', 'Pending']) equal(goesFreely(pod(phase, true)), true)
  equal(goesFreely(pod('Running', false)), false)
  equal(goesFreely(pod('Running', true, { deletionTimestamp: NOW })), true)
})

test('a pod that is not ready is no loss where its budget says so, or has enough without it', () => {
  const healthy = budget({ currentHealthy: 2, desiredHealthy: 2 })
  const short = budget({ currentHealthy: 1, desiredHealthy: 2 })
  const generous = budget({ currentHealthy: 1, desiredHealthy: 2 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' })
  equal(isNoLoss(pod('Running', false), healthy), true)
  equal(isNoLoss(pod('Running', false), short), false)
  equal(isNoLoss(pod('Running', false), generous), true)
  equal(isNoLoss(pod('Running', true), generous), false)
  equal(isNoLoss(pod('Running', false), budget({})), false)
})
