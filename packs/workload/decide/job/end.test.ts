/** When a job is at its end, and by what: the first reason of the table's order counts. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { timestamp } from '@muster/api/time.ts'
import type { Job, JobCondition, JobSpec, JobStatus } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { countJob } from './count.ts'
import { endOf } from './end.ts'
import { indexedJob, jobOf, NOW, podOf, viewOf } from './testing.ts'

const endOfJob = (job: Job, pods: readonly Pod[]) => {
  const view = viewOf(job, pods)
  return endOf(view, countJob(view))
}

const failed = (name: string) => podOf(name, { phase: 'Failed', exitCode: 1 })
const failedAt = (index: number, failuresBefore = 0) =>
  podOf(`f${index}`, { index, phase: 'Failed', exitCode: 1, failuresBefore })
const succeededAt = (index: number) => podOf(`s${index}`, { index, phase: 'Succeeded' })
const rules = (action: string) => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values: [1] } }] },
})
const onFailure = (backoffLimit: number) => {
  const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main' }] } }
  return jobOf({ backoffLimit, template })
}
const perIndex = (spec: Partial<JobSpec> = {}, status: JobStatus = {}) =>
  indexedJob(3, { backoffLimit: 99, backoffLimitPerIndex: 1, ...spec }, status)
const enough = { successPolicy: { rules: [{ succeededCount: 1 }] } }

const CASES: readonly (readonly [why: string, Job, Pod[], reason: string | undefined])[] = [
  ['as many failures as may be', jobOf({ backoffLimit: 2 }), [failed('a'), failed('b')], undefined],
  ['one failure more', jobOf({ backoffLimit: 1 }), [failed('a'), failed('b')], 'BackoffLimitExceeded'],
  ['failures that were counted', jobOf({ backoffLimit: 1 }, { failed: 2 }), [], 'BackoffLimitExceeded'],
  [
    'a failure that was noted and not yet counted is one',
    jobOf({ backoffLimit: 1 }, { uncountedTerminatedPods: { failed: ['a'] } }),
    [failed('a')],
    undefined,
  ],
  ['failures that are ignored', jobOf({ backoffLimit: 0, ...rules('Ignore') }), [failed('a')], undefined],
  [
    'failures that are counted by a rule',
    jobOf({ backoffLimit: 0, ...rules('Count') }),
    [failed('a')],
    'BackoffLimitExceeded',
  ],
  ['a rule before the limit', jobOf({ backoffLimit: 0, ...rules('FailJob') }), [failed('a')], 'PodFailurePolicy'],
  [
    'a pod that leaves has failed',
    jobOf({ backoffLimit: 0 }),
    [podOf('a', { isLeaving: true })],
    'BackoffLimitExceeded',
  ],
  [
    'a pod that leaves has not, where only failed ones are made up for',
    jobOf({ backoffLimit: 0, podReplacementPolicy: 'Failed' }),
    [podOf('a', { isLeaving: true })],
    undefined,
  ],
  [
    'restarts in place',
    onFailure(3),
    [podOf('a', { restarts: 1 }), podOf('b', { restarts: 2 })],
    'BackoffLimitExceeded',
  ],
  ['fewer restarts in place', onFailure(4), [podOf('a', { restarts: 3 })], undefined],
  ['no restart where none is allowed', onFailure(0), [podOf('a')], undefined],
  ['a restart where none is allowed', onFailure(0), [podOf('a', { restarts: 1 })], 'BackoffLimitExceeded'],
  ['a minute of 60 s', jobOf({ activeDeadlineSeconds: 60 }), [], 'DeadlineExceeded'],
  ['a minute of 61 s', jobOf({ activeDeadlineSeconds: 61 }), [], undefined],
  ['a minute of 60 s, suspended', jobOf({ activeDeadlineSeconds: 60, suspend: true }), [], undefined],
  ['an index that may fail once more', perIndex({ maxFailedIndexes: 0 }), [failedAt(0)], undefined],
  ['an index that failed too often', perIndex({ maxFailedIndexes: 0 }), [failedAt(0, 1)], 'MaxFailedIndexesExceeded'],
  ['as many failed indexes as may be', perIndex({ maxFailedIndexes: 1 }), [failedAt(0, 1)], undefined],
  [
    'an index that a rule gives up',
    perIndex({ maxFailedIndexes: 0, ...rules('FailIndex') }),
    [failedAt(0)],
    'MaxFailedIndexesExceeded',
  ],
  [
    'an index whose failures are ignored',
    perIndex({ maxFailedIndexes: 0, ...rules('Ignore') }),
    [failedAt(0, 9)],
    undefined,
  ],
  [
    'every index ended, one of them badly',
    perIndex(),
    [succeededAt(0), failedAt(1, 1), succeededAt(2)],
    'FailedIndexes',
  ],
  ['an index has not ended', perIndex(), [succeededAt(0), failedAt(1, 1)], undefined],
  ['a failed index that the job has no more', perIndex({ maxFailedIndexes: 0 }, { failedIndexes: '3' }), [], undefined],
  ['enough succeeded', indexedJob(3, enough), [succeededAt(1)], 'SuccessPolicy'],
  [
    'enough succeeded and too many failed',
    perIndex({ maxFailedIndexes: 0, ...enough }),
    [succeededAt(1), failedAt(0, 1)],
    'MaxFailedIndexesExceeded',
  ],
]
for (const [why, job, pods, reason] of CASES) {
  test(`${why}: ${reason ?? 'it goes on'}`, () => equal(endOfJob(job, pods)?.reason, reason))
}

test('what was said of the end stays, success before failure', () => {
  const said = (type: string, reason: string): JobCondition => ({ type, status: 'True', reason, message: 'said' })
  const target = said('FailureTarget', 'DeadlineExceeded')
  const met = said('SuccessCriteriaMet', 'SuccessPolicy')
  const of = (...conditions: JobCondition[]) => endOfJob(jobOf({ ...rules('FailJob') }, { conditions }), [failed('a')])
  deepEqual(of(target), { as: 'failure', reason: 'DeadlineExceeded', message: 'said', isSaid: true })
  deepEqual(of(target, met), { as: 'success', reason: 'SuccessPolicy', message: 'said', isSaid: true })
  equal(of({ ...met, status: 'False' })?.reason, 'PodFailurePolicy')
})

test('a job that has not begun has its whole time', () => {
  const job = jobOf({ activeDeadlineSeconds: 1 })
  equal(endOfJob({ ...job, status: {} }, []), undefined)
  equal(endOfJob({ ...job, status: { startTime: timestamp(NOW) } }, []), undefined)
})
