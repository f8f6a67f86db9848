/** CronJobs against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { CronJob, CronJobSpec, Job } from '@muster/api/types/batch-v1.ts'
import type { Event } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { cronJobController } from './controllers/cron-jobs.ts'

const named = (name: string) => ({ namespace: 'default', name })

const cron = (spec: Partial<CronJobSpec> = {}): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: named('report'),
  spec: {
    schedule: '*/10 * * * *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'sum', image: 'sum:1' }] } } },
    },
    ...spec,
  },
})

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([cronJobController], {})
    await cluster.apply(...objects)
    await cluster.settled()
    const jobs = cluster.resource<Job>('jobs.batch')
    const list = async () => (await jobs.list({ namespace: 'default' })).items
    return {
      cluster,
      jobs,
      list,
      names: async () => (await list()).map(({ metadata }) => metadata.name).sort(),
      status: async () => (await cluster.resource<CronJob>('cronjobs.batch').get(named('report'))).status ?? {},
      end: async (job: Job | undefined, type: 'Complete' | 'Failed') => {
        const now = await jobs.get(named(job?.metadata.name ?? ''))
        const time = new Date(cluster.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
        const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
        const conditions = [first, type].map((one) => ({
          type: one,
          status: 'True',
          reason: 'Test',
          message: '',
          lastTransitionTime: time,
        }))
        const done = type === 'Complete' ? { completionTime: time, succeeded: 1 } : { failed: 1 }
        await jobs.updateStatus({ ...now, status: { ...now.status, startTime: time, conditions, ...done } })
        await cluster.settled()
      },
      said: async () =>
        (await cluster.resource<Event>('events').list({})).items
          .filter(({ source }) => source?.component === 'cronjob-controller')
          .map(({ type, reason, message }) => [type, reason, message].join(' ')),
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: a job is started at each time, counted, and kept for a while after its end`, async () => {
    await using run = await start(cron({ successfulJobsHistoryLimit: 1 }))
    await run.cluster.clock.advance('9m')
    deepEqual(await run.names(), [])
    await run.cluster.clock.advance('2m')
    const [first] = await run.list()
    equal((await run.names()).length, 1)
    match(first?.metadata.name ?? '', /^report-\d{8}$/)
    const [owner] = first?.metadata.ownerReferences ?? []
    deepEqual([owner?.kind, owner?.name, owner?.controller], ['CronJob', 'report', true])
    const { active, lastScheduleTime } = await run.status()
    deepEqual([active?.map(({ uid }) => uid), lastScheduleTime], [[first?.metadata.uid], '2026-01-01T00:10:00Z'])

    await run.end(first, 'Complete')
    const after = await run.status()
    deepEqual([after.active ?? [], after.lastSuccessfulTime], [[], '2026-01-01T00:11:00Z'])
    await run.cluster.clock.advance('10m')
    const second = (await run.list()).find(({ metadata }) => metadata.uid !== first?.metadata.uid)
    await run.end(second, 'Complete')
    deepEqual(await run.names(), [second?.metadata.name])
    deepEqual(await run.said(), [
      `Normal SuccessfulCreate Created job ${first?.metadata.name}`,
      `Normal SawCompletedJob Saw completed job: ${first?.metadata.name}, condition: Complete`,
      `Normal SuccessfulCreate Created job ${second?.metadata.name}`,
      `Normal SawCompletedJob Saw completed job: ${second?.metadata.name}, condition: Complete`,
      `Normal SuccessfulDelete Deleted job ${first?.metadata.name}`,
    ])
  })

  test(`${profile}: one that replaces deletes who still runs, and one that forbids waits`, async () => {
    await using run = await start(cron({ concurrencyPolicy: 'Replace' }))
    await run.cluster.clock.advance('11m')
    const [first] = await run.list()
    await run.cluster.clock.advance('10m')
    const [second] = await run.list()
    equal((await run.list()).length, 1)
    equal(second?.metadata.uid === first?.metadata.uid, false)
    deepEqual(
      (await run.status()).active?.map(({ uid }) => uid),
      [second?.metadata.uid],
    )

    await using other = await start(cron({ concurrencyPolicy: 'Forbid' }))
    await other.cluster.clock.advance('31m')
    equal((await other.list()).length, 1)
    await other.end((await other.list())[0], 'Failed')
    equal((await other.list()).length, 2, 'the last time that was missed is made up for')
    equal(
      (await other.said()).some((one) => one.startsWith('Normal JobAlreadyActive')),
      true,
    )
  })

  test(`${profile}: a job whose making was lost is found and counted, and made once; a stranger's is left alone`, async () => {
    await using run = await start(cron())
    run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 3 })
    await run.cluster.clock.advance('12m')
    const jobs = await run.list()
    equal(jobs.length, 1)
    deepEqual(
      (await run.status()).active?.map(({ uid }) => uid),
      [jobs[0]?.metadata.uid],
    )
    equal((await run.said()).filter((one) => one.startsWith('Normal SuccessfulCreate')).length, 1)

    await using other = await start()
    const at = Date.UTC(2026, 0, 1, 0, 10) / 60_000
    const { jobTemplate } = cron().spec
    const strange = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: named(`report-${at}`),
      ...jobTemplate,
    } as KubeObject
    await other.cluster.apply(strange, cron())
    await other.cluster.clock.advance('12m')
    deepEqual([await other.names(), (await other.status()).active ?? []], [[`report-${at}`], []])
    match(
      (await other.said()).join(),
      /Warning FailedCreate Job report-\d+ is there already, and belongs to somebody else/,
    )
    await other.cluster.clock.advance('10m')
    equal((await other.names()).length, 2, 'and the next time is its own')
  })

  test(`${profile}: restarts and lost watches start nothing twice, and lose no time`, async () => {
    await using run = await start(cron({ schedule: '*/2 * * * *' }))
    for (let minute = 0; minute < 20; minute++) {
      await run.cluster.clock.advance('1m')
      if (minute % 5 === 2) await run.cluster.faults.restart()
      if (minute % 5 === 4) run.cluster.faults.dropWatches()
      for (const job of await run.list()) if (!job.status?.conditions?.length) await run.end(job, 'Complete')
    }
    await run.cluster.clock.advance('1m')
    equal((await run.said()).filter((one) => one.startsWith('Normal SuccessfulCreate')).length, 10)
    equal((await run.names()).length, 4, 'three that are kept, and the one that runs')
    equal((await run.status()).lastScheduleTime, '2026-01-01T00:20:00Z')
  })

  test(`${profile}: a time whose job is not kept is not made up for twice, wherever its controller ends`, async () => {
    await using run = await start(cron({ successfulJobsHistoryLimit: 0 }))
    // Every word about the first time is lost, until its job has long ended.
    run.cluster.faults.refuse({ method: 'PATCH', path: '/status', userAgent: 'cronjob' }, { times: 12 })
    await run.cluster.clock.advance('10m30s')
    equal((await run.list()).length, 1)
    await run.end((await run.list())[0], 'Complete')
    await run.cluster.clock.advance('9m')
    equal((await run.said()).filter((one) => one.startsWith('Normal SuccessfulCreate')).length, 1)
    deepEqual([await run.names(), (await run.status()).lastScheduleTime], [[], '2026-01-01T00:10:00Z'])
  })

  test(`${profile}: a schedule that is changed holds at once; a suspended one starts nothing`, async () => {
    await using run = await start(cron({ schedule: '0 0 1 1 *' }))
    const change = (spec: Partial<CronJobSpec>) =>
      run.cluster.resource('cronjobs.batch').patch(named('report'), { patch: 'merge', value: { spec } })
    await run.cluster.clock.advance('12m')
    await change({ schedule: '*/5 * * * *' })
    await run.cluster.clock.advance('2m')
    equal((await run.list()).length, 0, 'times before the change were of another schedule')
    await run.cluster.clock.advance('2m')
    equal((await run.list()).length, 1)
    await change({ suspend: true })
    await run.cluster.clock.advance('1h')
    equal((await run.list()).length, 1)
    await change({ suspend: false, startingDeadlineSeconds: 30 })
    await run.cluster.clock.advance('1m')
    equal((await run.list()).length, 1, 'what was missed lies beyond the deadline')
  })
}
