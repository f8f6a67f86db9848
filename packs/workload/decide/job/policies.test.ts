/** What policies make of failures and successes, rule by rule. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { PodFailurePolicyRule, SuccessPolicyRule } from '@muster/api/types/batch-v1.ts'
import { readIndexSet } from './indexes.ts'
import { failureOf, successOf } from './policies.ts'
import { containerOf, indexedJob, jobOf, type PodWishes, podOf } from './testing.ts'

const onCodes = (action: string, operator: string, values: number[], containerName?: string): PodFailurePolicyRule => ({
  action,
  onExitCodes: { operator, values, ...(containerName === undefined ? {} : { containerName }) },
})
const onCondition = (action: string, type: string, status = 'True'): PodFailurePolicyRule => ({
  action,
  onPodConditions: [{ type, status }],
})

const exits = (exitCode: number): PodWishes => ({ phase: 'Failed', exitCode })
const disrupted: PodWishes = { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] }
const spared: PodWishes = { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'False' }] }
const failedInit: PodWishes = { phase: 'Failed', initContainers: [containerOf('setup', 42)] }

const FAILURES: readonly (readonly [why: string, rules: PodFailurePolicyRule[], pod: PodWishes, means: string])[] = [
  ['no rule', [], exits(1), 'count'],
  ['a code that is listed', [onCodes('Ignore', 'In', [1, 2])], exits(2), 'ignore'],
  ['a code that is not listed', [onCodes('Ignore', 'In', [1, 2])], exits(3), 'count'],
  ['a code that is none of these', [onCodes('FailIndex', 'NotIn', [1, 2])], exits(3), 'fail-index'],
  ['a code that is one of these', [onCodes('FailIndex', 'NotIn', [1, 2])], exits(1), 'count'],
  ['success, which is none of these', [onCodes('FailJob', 'NotIn', [1])], exits(0), 'count'],
  ['a container that has not ended', [onCodes('FailJob', 'NotIn', [1])], { phase: 'Failed' }, 'count'],
  ['the container that is named', [onCodes('Ignore', 'In', [1], 'main')], exits(1), 'ignore'],
  ['another than the one named', [onCodes('Ignore', 'In', [1], 'side')], exits(1), 'count'],
  ['a container that prepares', [onCodes('Ignore', 'In', [42], 'setup')], failedInit, 'ignore'],
  ['a condition that is true', [onCondition('Ignore', 'DisruptionTarget')], disrupted, 'ignore'],
  ['a condition that is not', [onCondition('Ignore', 'DisruptionTarget')], spared, 'count'],
  ['a condition that is to be false', [onCondition('Ignore', 'DisruptionTarget', 'False')], spared, 'ignore'],
  ['a condition that nobody said', [onCondition('Ignore', 'ConfigIssue')], disrupted, 'count'],
  ['two rules: the first', [onCodes('Count', 'In', [1]), onCodes('FailJob', 'In', [1])], exits(1), 'count'],
  ['two rules: the second', [onCodes('Ignore', 'In', [1]), onCodes('FailIndex', 'In', [2])], exits(2), 'fail-index'],
]
for (const [why, rules, wishes, means] of FAILURES) {
  test(`${why}: ${means}`, () => {
    equal(failureOf(jobOf({ podFailurePolicy: { rules } }), podOf('a', wishes)).means, means)
  })
}

test('a rule that ends the job says which pod, why, and which rule it was', () => {
  const rules = [onCodes('FailJob', 'In', [42]), onCondition('FailJob', 'DisruptionTarget')]
  const job = jobOf({ podFailurePolicy: { rules } })
  deepEqual(failureOf(job, podOf('a', exits(42))), {
    means: 'fail-job',
    message: 'Container main for pod default/a failed with exit code 42 matching FailJob rule at index 0',
  })
  deepEqual(failureOf(job, podOf('a', disrupted)), {
    means: 'fail-job',
    message: 'Pod default/a has condition DisruptionTarget matching FailJob rule at index 1',
  })
})

const these = (succeededIndexes: string, succeededCount?: number): SuccessPolicyRule => ({
  succeededIndexes,
  ...(succeededCount === undefined ? {} : { succeededCount }),
})

const SUCCESSES: readonly (readonly [rules: SuccessPolicyRule[], succeeded: string, met: number | undefined])[] = [
  [[these('0-2')], '0-2', 0],
  [[these('0-2')], '0-1,3-9', undefined],
  [[these('0,2,4-5')], '0,2,4-5', 0],
  [[these('0-2', 2)], '0,2', 0],
  [[these('0-2', 2)], '0,3-9', undefined],
  [[{ succeededCount: 3 }], '1,5,9', 0],
  [[{ succeededCount: 3 }], '1,5', undefined],
  [[these('0-2'), these('7-8', 1)], '8', 1],
  [[these('0'), { succeededCount: 1 }], '0', 0],
  [[{ succeededCount: 0 }], '', undefined],
  // The job shrank to ten indexes: of these only one is left, and of those none.
  [[these('9-19')], '9', 0],
  [[these('10-19')], '0-9', undefined],
]
for (const [rules, succeeded, met] of SUCCESSES) {
  const outcome = met === undefined ? 'is not enough' : `is enough for rule ${met}`
  test(`of ten indexes '${succeeded}' ${outcome} of ${JSON.stringify(rules)}`, () => {
    const job = indexedJob(10, { successPolicy: { rules } })
    equal(successOf(job, readIndexSet(succeeded, 10)), met === undefined ? undefined : `Matched rules at index ${met}`)
  })
}
