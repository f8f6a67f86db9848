import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { CronJob, CronJobSpec, CronJobStatus, Job } from '@muster/api/types/batch-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { type CronPlan, planCronJob } from './cron-job.ts'

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`) as Instant
const text = (time: string) => `2026-11-23T${time}Z`

function cron(spec: Partial<CronJobSpec> = {}, status?: CronJobStatus): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report', namespace: 'shop', uid: 'c', creationTimestamp: text('10:00:00') },
    spec: { schedule: '*/10 * * * *', jobTemplate: { spec: { template: {} } }, ...spec },
    ...(status ? { status } : {}),
  }
}

function job(name: string, ended?: 'Complete' | 'Failed', started = '10:00:00', completed = started): Job {
  const conditions = ended ? [{ type: ended, status: 'True' }] : []
  const done = ended === 'Complete' ? { completionTime: text(completed) } : {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'shop', uid: name },
    status: { startTime: text(started), conditions, ...done },
  }
}
const active = (...names: readonly string[]) => ({
  active: names.map((name) => ({ apiVersion: 'batch/v1', kind: 'Job', name, namespace: 'shop', uid: name })),
})
const plan = (cronJob: CronJob, now: string, jobs: readonly Job[] = [], missing: readonly string[] = []) =>
  planCronJob({ cronJob, jobs, missing: new Set(missing), now: at(now) })
const startOf = ({ start }: CronPlan) => start && new Date(start.at).toISOString().slice(11, 19)
const reasons = ({ told }: CronPlan) => told.map(({ reason }) => reason)

test('a job is started when a time has come, and the next look is just after the next time', () => {
  const early = plan(cron(), '10:09:59')
  deepEqual([startOf(early), early.lookAfter], [undefined, 1_100])
  const due = plan(cron(), '10:10:00')
  deepEqual([startOf(due), due.lookAfter], ['10:10:00', 600_100])
  const again = plan(cron({}, { lastScheduleTime: text('10:10:00') }), '10:12:00')
  deepEqual([startOf(again), again.lookAfter], [undefined, 480_100])
})

test('the job is as the template has it, named after its time, and says in its zone for when it is', () => {
  const jobTemplate = {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: { template: {}, backoffLimit: 2 },
  }
  const { start } = plan(cron({ jobTemplate, timeZone: 'Asia/Kolkata' }), '10:10:30')
  deepEqual(start?.job, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `report-${at('10:10:00') / 60_000}`,
      namespace: 'shop',
      labels: { a: 'b' },
      annotations: { c: 'd', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-11-23T15:40:00+05:30' },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: 'report',
          uid: 'c',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { template: {}, backoffLimit: 2 },
  })
  const utc = plan(cron(), '10:10:00').start?.job.metadata.annotations
  deepEqual(utc, { 'batch.kubernetes.io/cronjob-scheduled-timestamp': text('10:10:00') })
})

test('of many times that were missed the last is made up for; more than a hundred are told of', () => {
  const some = plan(cron(), '13:35:00')
  deepEqual([startOf(some), reasons(some)], ['13:30:00', []])
  const many = plan(cron({ schedule: '* * * * *' }), '11:41:30')
  deepEqual([startOf(many), reasons(many)], ['11:41:00', ['TooManyMissedTimes']])
  // What lies before a deadline is over, and nobody is told of it.
  const late = plan(cron({ schedule: '* * * * *', startingDeadlineSeconds: 200 }), '11:41:30')
  deepEqual([startOf(late), reasons(late)], ['11:41:00', []])
})

test('of times that come in no even steps the last is made up for all the same', () => {
  // From 09:30 on Friday to Monday morning.
  const status = { lastScheduleTime: '2026-11-20T09:30:00Z' }
  const weekend = plan(cron({ schedule: '30 6-16/4 * * 1-5' }, status), '05:00:00')
  equal(weekend.start && new Date(weekend.start.at).toISOString(), '2026-11-20T14:30:00.000Z')
  const dense = plan(cron({ schedule: '* * * * 0' }, { lastScheduleTime: '2026-11-15T10:00:00Z' }), '08:00:00')
  equal(dense.start && new Date(dense.start.at).toISOString(), '2026-11-22T23:59:00.000Z')
})

test('a time that is further back than the deadline is over, and is told of', () => {
  equal(startOf(plan(cron({ startingDeadlineSeconds: 30 }), '10:10:20')), '10:10:00')
  const over = plan(cron({ startingDeadlineSeconds: 30 }), '10:10:45')
  deepEqual([startOf(over), over.lookAfter, reasons(over)], [undefined, 555_100, ['MissSchedule']])
  const every = { schedule: '@every 10m', startingDeadlineSeconds: 30 }
  equal(startOf(plan(cron(every), '10:40:20')), '10:40:00')
})

test('times of the schedule before are not made up for once it is another', () => {
  const changed = { cronJob: cron({}, { lastScheduleTime: text('08:00:00') }), jobs: [], missing: new Set<string>() }
  const at09 = planCronJob({ ...changed, now: at('10:05:00'), changedAt: at('10:03:00') })
  deepEqual([at09.start, at09.lookAfter], [undefined, 300_100])
  equal(startOf(planCronJob({ ...changed, now: at('10:10:00'), changedAt: at('10:03:00') })), '10:10:00')
})

test('a job that was started and not written down is active: nothing is started beside it that may not be', () => {
  const lost = job('lost')
  lost.metadata.annotations = { 'batch.kubernetes.io/cronjob-scheduled-timestamp': text('10:00:00') }
  const waits = plan(cron({ concurrencyPolicy: 'Forbid' }), '10:10:00', [lost])
  deepEqual(
    [startOf(waits), reasons(waits), waits.status.active?.map(({ name }) => name)],
    [undefined, ['JobAlreadyActive'], ['lost']],
  )
})

test('who is suspended, going, or has no schedule starts nothing', () => {
  deepEqual(plan(cron({ suspend: true }), '10:10:00').start, undefined)
  const going = cron()
  going.metadata.deletionTimestamp = text('10:09:00')
  deepEqual(plan(going, '10:10:00').start, undefined)
  const wrong = plan(cron({ schedule: '61 * * * *' }), '10:10:00')
  deepEqual([wrong.start, wrong.lookAfter, reasons(wrong)], [undefined, undefined, ['UnparseableSchedule']])
  const nowhere = plan(cron({ timeZone: 'Mars/Base' }), '10:10:00')
  deepEqual([nowhere.start, reasons(nowhere)], [undefined, ['UnknownTimeZone']])
  const never = plan(cron({ schedule: '0 0 30 2 *' }), '10:10:00')
  deepEqual([never.start, never.lookAfter, reasons(never)], [undefined, undefined, []])
})

test('while another runs: both may, the new one waits, or the old one goes', () => {
  const status = { ...active('old'), lastScheduleTime: text('10:00:00') }
  const jobs = [job('old')]
  const both = plan(cron({ concurrencyPolicy: 'Allow' }, status), '10:10:00', jobs)
  deepEqual([startOf(both), both.replaced], ['10:10:00', []])
  const waits = plan(cron({ concurrencyPolicy: 'Forbid' }, status), '10:10:00', jobs)
  deepEqual([startOf(waits), reasons(waits)], [undefined, ['JobAlreadyActive']])
  const goes = plan(cron({ concurrencyPolicy: 'Replace' }, status), '10:10:00', [...jobs, job('ended', 'Failed')])
  deepEqual([startOf(goes), goes.replaced.map(({ metadata }) => metadata.name)], ['10:10:00', ['old']])
})

test('one that has just ended no longer stands in the way', () => {
  const status = { ...active('old'), lastScheduleTime: text('10:00:00') }
  const ended = plan(cron({ concurrencyPolicy: 'Forbid' }, status), '10:10:00', [job('old', 'Complete')])
  deepEqual([startOf(ended), reasons(ended), ended.status.active], ['10:10:00', ['SawCompletedJob'], []])
})

test('what became of jobs is told and counted: ended, lost, and not ours', () => {
  const status = { ...active('one', 'two', 'lost', 'on'), lastSuccessfulTime: text('10:01:00') }
  const jobs = [
    job('one', 'Complete', '10:00:00', '10:05:00'),
    job('two', 'Failed'),
    job('on'),
    job('earlier', 'Complete', '09:00:00', '09:05:00'),
    job('strange'),
  ]
  const { status: after, told } = plan(cron({ suspend: true }, status), '10:06:00', jobs, ['lost'])
  deepEqual(
    told.map(({ type, message }) => `${type} ${message}`),
    [
      'Normal Saw completed job: one, condition: Complete',
      'Normal Saw completed job: two, condition: Failed',
      'Warning Saw a job that the controller did not create or forgot: strange',
      'Normal Active job went missing: lost',
    ],
  )
  deepEqual([after.active?.map(({ name }) => name), after.lastSuccessfulTime], [['on'], text('10:05:00')])
})

test('of jobs that ended so many are kept, of each kind of end, and the oldest go', () => {
  const jobs = [
    job('c3', 'Complete', '10:03:00'),
    job('c1', 'Complete', '10:01:00'),
    job('c2', 'Complete', '10:02:00'),
    job('f1', 'Failed', '10:01:00'),
    job('f2', 'Failed', '10:02:00'),
    job('on'),
  ]
  const old = (spec: Partial<CronJobSpec>) =>
    plan(cron({ suspend: true, ...spec }), '10:05:00', jobs).old.map(({ metadata }) => metadata.name)
  deepEqual(old({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 }), ['c1', 'c2', 'f1'])
  deepEqual(old({ successfulJobsHistoryLimit: 0 }), ['c1', 'c2', 'c3'])
  deepEqual(old({}), [])
})
