/** Jobs against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Job, JobSpec } from '@muster/api/types/batch-v1.ts'
import type { Event, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { finishedJobController } from './controllers/finished-jobs.ts'
import { jobOrphanController } from './controllers/job-pods.ts'
import { jobController } from './controllers/jobs.ts'
import { TRACKING_FINALIZER } from './decide/job/facts.ts'

const named = (name: string) => ({ namespace: 'default', name })

const template = {
  metadata: { labels: { app: 'sum' } },
  spec: { restartPolicy: 'Never', nodeName: 'node-1', containers: [{ name: 'sum', image: 'sum:1' }] },
}

const job = (spec: Partial<JobSpec> = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: named('sum'),
  spec: { template, ...spec },
})

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([jobController, jobOrphanController, finishedJobController], {})
    await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject)
    await cluster.apply(...objects)
    await cluster.settled()
    const pods = cluster.resource<Pod>('pods')
    const jobs = cluster.resource<Job>('jobs.batch')
    const list = async () => (await pods.list({ namespace: 'default' })).items
    const running = async () =>
      (await list()).filter(
        ({ metadata, status }) => !metadata.deletionTimestamp && !/Failed|Succeeded/.test(status?.phase ?? ''),
      )
    return {
      cluster,
      pods,
      jobs,
      list,
      running,
      status: async () => (await jobs.get(named('sum'))).status ?? {},
      conditions: async () =>
        ((await jobs.get(named('sum'))).status?.conditions ?? []).map(({ type, status, reason }) =>
          [type, status, reason].join(' '),
        ),
      change: async (spec: Partial<JobSpec>) => {
        await jobs.patch(named('sum'), { patch: 'merge', value: { spec } })
        await cluster.settled()
      },
      become: async (pod: Pod | undefined, phase: string, more: object = {}) => {
        const now = await pods.get(named(pod?.metadata.name ?? ''))
        await pods.updateStatus({ ...now, status: { ...now.status, phase, ...more } })
        await cluster.settled()
      },
      /** As a node does: what is on its way out ends, and is gone. */
      sweep: async () => {
        for (const { metadata } of await list()) {
          if (metadata.deletionTimestamp) await pods.delete(named(metadata.name ?? ''), { gracePeriodSeconds: 0 })
        }
        await cluster.settled()
      },
      said: async () =>
        (await cluster.resource<Event>('events').list({})).items
          .filter(({ source }) => source?.component === 'job-controller')
          .map(({ type, reason, message }) => [type, reason, message].join(' ')),
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: a job runs as many pods as it may, counts each once, and is complete`, async () => {
    await using run = await start(job({ completions: 3, parallelism: 2 }))
    const [one, other] = await run.running()
    equal((await run.running()).length, 2)
    deepEqual(one?.metadata.finalizers, [TRACKING_FINALIZER])
    equal(one?.metadata.labels?.['batch.kubernetes.io/job-name'], 'sum')
    match(one?.metadata.name ?? '', /^sum-.{5}$/)
    const { startTime, ...begun } = await run.status()
    ok(startTime)
    deepEqual(begun, { active: 2, ready: 0, terminating: 0, uncountedTerminatedPods: {} })

    await run.become(one, 'Succeeded')
    deepEqual((await run.pods.get(named(one?.metadata.name ?? ''))).metadata.finalizers, undefined)
    equal((await run.status()).succeeded, 1)
    equal((await run.running()).length, 2)
    await run.become(other, 'Succeeded')
    equal((await run.running()).length, 1)
    await run.become((await run.running())[0], 'Succeeded')
    const { conditions, completionTime, startTime: _, ...ended } = await run.status()
    deepEqual(ended, { succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} })
    ok(completionTime)
    deepEqual(await run.conditions(), [
      'SuccessCriteriaMet True CompletionsReached',
      'Complete True CompletionsReached',
    ])
    equal(conditions?.[1]?.message, 'Reached expected number of succeeded pods')
    const said = await run.said()
    equal(said.filter((one) => one.startsWith('Normal SuccessfulCreate Created pod: sum-')).length, 3)
    equal(said.filter((one) => one === 'Normal Completed Job completed').length, 1)
  })

  test(`${profile}: failures are made up for, later each time, and are enough at a limit`, async () => {
    await using run = await start(job({ backoffLimit: 2 }))
    for (const wait of ['10s', '20s']) {
      await run.become((await run.running())[0], 'Failed', { conditions: readyFalse(run.cluster.clock.now()) })
      equal((await run.running()).length, 0)
      await run.cluster.clock.advance(wait === '10s' ? '8s' : '18s')
      equal((await run.running()).length, 0)
      await run.cluster.clock.advance('3s')
      equal((await run.running()).length, 1)
    }
    await run.become((await run.running())[0], 'Failed')
    await run.cluster.clock.advance('1h')
    deepEqual(await run.conditions(), ['FailureTarget True BackoffLimitExceeded', 'Failed True BackoffLimitExceeded'])
    equal((await run.status()).failed, 3)
    equal((await run.list()).length, 3)
    deepEqual(
      (await run.said()).filter((one) => one.startsWith('Warning')),
      ['Warning BackoffLimitExceeded Job has reached the specified backoff limit'],
    )
  })

  test(`${profile}: an indexed job knows its indexes, and its pods know theirs`, async () => {
    await using run = await start(job({ completionMode: 'Indexed', completions: 5, parallelism: 5 }))
    const pods = await run.running()
    const of = (index: number) => pods.find(({ spec }) => spec?.hostname === `sum-${index}`)
    match(of(3)?.metadata.name ?? '', /^sum-3-.{5}$/)
    equal(of(3)?.metadata.annotations?.['batch.kubernetes.io/job-completion-index'], '3')
    equal(of(3)?.metadata.labels?.['batch.kubernetes.io/job-completion-index'], '3')
    deepEqual(of(3)?.spec?.containers[0]?.env, [
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: {
          fieldRef: {
            apiVersion: 'v1',
            fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']",
          },
        },
      },
    ])
    for (const index of [4, 0, 2]) await run.become(of(index), 'Succeeded')
    equal((await run.status()).completedIndexes, '0,2,4')
    await run.become(of(1), 'Succeeded')
    equal((await run.status()).completedIndexes, '0-2,4')
    await run.become(of(3), 'Succeeded')
    const { completedIndexes, succeeded } = await run.status()
    deepEqual([completedIndexes, succeeded], ['0-4', 5])
    equal((await run.conditions())[1], 'Complete True CompletionsReached')
  })

  test(`${profile}: an index that fails too often is given up, and its failures are told to who comes after`, async () => {
    const spec = { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 1 }
    await using run = await start(job(spec))
    const of = async (index: number) => (await run.running()).find(({ spec }) => spec?.hostname === `sum-${index}`)
    const first = await of(1)
    await run.become(first, 'Failed', { conditions: readyFalse(run.cluster.clock.now()) })
    deepEqual((await run.pods.get(named(first?.metadata.name ?? ''))).metadata.finalizers, [TRACKING_FINALIZER])
    await run.cluster.clock.advance('12s')
    const next = await of(1)
    equal(next?.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'], '1')
    equal((await run.status()).failed, 1)
    await run.become(next, 'Failed')
    equal((await run.status()).failedIndexes, '1')
    await run.become(await of(0), 'Succeeded')
    const { failed, succeeded, failedIndexes, completedIndexes } = await run.status()
    deepEqual([failed, succeeded, failedIndexes, completedIndexes], [2, 1, '1', '0'])
    deepEqual(await run.conditions(), ['FailureTarget True FailedIndexes', 'Failed True FailedIndexes'])
  })

  test(`${profile}: a rule ends the job at once, and its other pods with it`, async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }]
    await using run = await start(job({ parallelism: 2, completions: 4, podFailurePolicy: { rules } }))
    const [one] = await run.running()
    const terminated = { exitCode: 42 }
    const containerStatuses = [
      { name: 'sum', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } },
    ]
    await run.become(one, 'Failed', { containerStatuses })
    deepEqual(await run.conditions(), ['FailureTarget True PodFailurePolicy'])
    equal((await run.status()).terminating, 1)
    await run.sweep()
    deepEqual((await run.conditions())[1], 'Failed True PodFailurePolicy')
    const { conditions, failed } = await run.status()
    equal(
      conditions?.[0]?.message,
      `Container sum for pod default/${one?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    )
    equal(failed, 2)
  })

  const indexed = (more: Partial<JobSpec> = {}) =>
    job({ completionMode: 'Indexed', completions: 3, parallelism: 3, ...more })
  const ofIndex = async (run: { running(): Promise<Pod[]> }, index: number) =>
    (await run.running()).find(({ spec }) => spec?.hostname === `sum-${index}`)

  test(`${profile}: enough of its indexes are enough, where a policy says so; who still runs is ended first`, async () => {
    const rules = [{ succeededIndexes: '2' }, { succeededIndexes: '0-1', succeededCount: 1 }]
    await using run = await start(indexed({ completions: 4, parallelism: 4, successPolicy: { rules } }))
    await run.become(await ofIndex(run, 3), 'Succeeded')
    deepEqual(await run.conditions(), [])
    await run.become(await ofIndex(run, 1), 'Succeeded')
    deepEqual(await run.conditions(), ['SuccessCriteriaMet True SuccessPolicy'])
    deepEqual([(await run.running()).length, (await run.status()).terminating], [0, 2])
    await run.sweep()
    const { conditions, succeeded, completedIndexes } = await run.status()
    deepEqual(
      [conditions?.[1]?.type, conditions?.[1]?.reason, conditions?.[1]?.message],
      ['Complete', 'SuccessPolicy', 'Matched rules at index 1'],
    )
    deepEqual([succeeded, completedIndexes], [2, '1,3'])
  })

  test(`${profile}: pods that were disrupted do not count where a rule ignores them; others do`, async () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }]
    await using run = await start(job({ backoffLimit: 0, podFailurePolicy: { rules } }))
    const disrupted = [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }]
    for (let times = 0; times < 3; times++) {
      const [pod] = await run.running()
      await run.become(pod, 'Failed', { conditions: disrupted })
      deepEqual((await run.pods.get(named(pod?.metadata.name ?? ''))).metadata.finalizers, undefined)
      await run.cluster.clock.advance('2m')
      equal((await run.running()).length, 1, `after disruption ${times + 1} there is another`)
    }
    equal((await run.status()).failed, undefined)
    await run.become((await run.running())[0], 'Failed')
    await run.cluster.clock.advance('2m')
    equal((await run.conditions())[1], 'Failed True BackoffLimitExceeded')
    equal((await run.status()).failed, 1)
  })

  test(`${profile}: a rule gives up an index at once, and the others go on`, async () => {
    const rules = [
      { action: 'Count', onExitCodes: { containerName: 'sum', operator: 'In', values: [9] } },
      { action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [1, 2] } },
    ]
    await using run = await start(indexed({ backoffLimitPerIndex: 5, podFailurePolicy: { rules } }))
    const ended = (exitCode: number) => ({
      containerStatuses: [
        { name: 'sum', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode } } },
      ],
    })
    await run.become(await ofIndex(run, 1), 'Failed', ended(3))
    await run.cluster.clock.advance('20s')
    deepEqual([(await run.status()).failedIndexes, await ofIndex(run, 1)], ['1', undefined])
    // Counted: by a rule, and because there is none.
    for (const code of [9, 2]) {
      await run.become(await ofIndex(run, 0), 'Failed', ended(code))
      await run.cluster.clock.advance('1m')
      ok(await ofIndex(run, 0), `after ${code} there is another`)
    }
    for (const index of [0, 2]) await run.become(await ofIndex(run, index), 'Succeeded')
    deepEqual(await run.conditions(), ['FailureTarget True FailedIndexes', 'Failed True FailedIndexes'])
    equal((await run.status()).completedIndexes, '0,2')
  })

  test(`${profile}: with too many indexes given up the whole job is`, async () => {
    await using run = await start(indexed({ backoffLimitPerIndex: 0, maxFailedIndexes: 1 }))
    await run.become(await ofIndex(run, 0), 'Failed')
    deepEqual([(await run.running()).length, await run.conditions()], [2, []])
    await run.become(await ofIndex(run, 1), 'Failed')
    deepEqual(await run.conditions(), ['FailureTarget True MaxFailedIndexesExceeded'])
    await run.sweep()
    equal((await run.conditions())[1], 'Failed True MaxFailedIndexesExceeded')
    deepEqual([(await run.status()).failedIndexes, (await run.list()).length], ['0,1', 2])
  })

  test(`${profile}: an indexed job grows and shrinks with its completions`, async () => {
    await using run = await start(indexed())
    await run.become(await ofIndex(run, 2), 'Succeeded')
    await run.change({ completions: 5, parallelism: 5 })
    equal((await run.running()).length, 4)
    await run.change({ completions: 2, parallelism: 2 })
    await run.sweep()
    deepEqual((await run.running()).map(({ spec }) => spec?.hostname).sort(), ['sum-0', 'sum-1'])
    deepEqual([(await run.status()).completedIndexes, (await run.status()).succeeded], [undefined, undefined])
    for (const index of [0, 1]) await run.become(await ofIndex(run, index), 'Succeeded')
    equal((await run.conditions())[1], 'Complete True CompletionsReached')
  })

  test(`${profile}: a pod on its way out is made up for at once, or once it has failed`, async () => {
    for (const [policy, atOnce] of [
      ['TerminatingOrFailed', 1],
      ['Failed', 0],
    ] as const) {
      await using run = await start(job({ podReplacementPolicy: policy }))
      const [pod] = await run.running()
      await run.pods.delete(named(pod?.metadata.name ?? ''))
      await run.cluster.clock.advance('15s')
      deepEqual([(await run.running()).length, (await run.status()).terminating], [atOnce, 1], policy)
      await run.become(pod, 'Failed')
      await run.sweep()
      await run.cluster.clock.advance('15s')
      equal((await run.running()).length, 1, policy)
    }
  })

  test(`${profile}: a suspended job has no pods, and starts anew when it is resumed`, async () => {
    await using run = await start(job({ parallelism: 2, completions: 2, activeDeadlineSeconds: 60 }))
    const { startTime } = await run.status()
    await run.cluster.clock.advance('30s')
    await run.change({ suspend: true })
    equal((await run.running()).length, 0)
    await run.sweep()
    deepEqual(await run.list(), [])
    deepEqual(await run.conditions(), ['Suspended True JobSuspended'])
    equal((await run.status()).startTime, undefined)
    await run.cluster.clock.advance('1h')
    await run.change({ suspend: false })
    equal((await run.running()).length, 2)
    deepEqual(await run.conditions(), ['Suspended False JobResumed'])
    ok(((await run.status()).startTime ?? '') > (startTime ?? ''))
    equal((await run.status()).failed, undefined)
    await run.cluster.clock.advance('61s')
    await run.sweep()
    deepEqual((await run.conditions()).slice(1), [
      'FailureTarget True DeadlineExceeded',
      'Failed True DeadlineExceeded',
    ])
    ok((await run.said()).includes('Normal Suspended Job suspended'))
    ok((await run.said()).includes('Normal Resumed Job resumed'))
    equal((await run.status()).failed, 2)
  })

  test(`${profile}: a job of another controller is left alone, and so are the pods that it holds`, async () => {
    await using run = await start(job({ managedBy: 'queue.example.com/jobs' }))
    deepEqual([await run.list(), await run.status()], [[], {}])
    const { metadata } = await run.jobs.get(named('sum'))
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'sum', uid: metadata.uid ?? '', controller: true }
    const held = { ...named('theirs'), ownerReferences: [owner], finalizers: [TRACKING_FINALIZER] }
    await run.cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: held, spec: template.spec } as KubeObject)
    await run.become(await run.pods.get(named('theirs')), 'Failed')
    await run.cluster.clock.advance('1h')
    deepEqual([(await run.list()).length, await run.status()], [1, {}])
    deepEqual((await run.pods.get(named('theirs'))).metadata.finalizers, [TRACKING_FINALIZER])
  })

  test(`${profile}: a job that names this controller is kept by it`, async () => {
    await using run = await start(job({ managedBy: 'kubernetes.io/job-controller' }))
    equal((await run.running()).length, 1)
  })

  test(`${profile}: a pod that cannot be let go is noted, and counted once it is`, async () => {
    await using run = await start(job({ completions: 2, parallelism: 2 }))
    const [one, other] = await run.running()
    run.cluster.faults.refuse({ method: 'PATCH', path: `/pods/${one?.metadata.name}` }, { times: 3 })
    await run.become(one, 'Succeeded')
    const before = await run.status()
    deepEqual([before.succeeded, before.uncountedTerminatedPods], [undefined, { succeeded: [one?.metadata.uid] }])
    await run.become(other, 'Succeeded')
    deepEqual(await run.conditions(), ['SuccessCriteriaMet True CompletionsReached'])
    await run.cluster.clock.advance('1m')
    const { succeeded, uncountedTerminatedPods } = await run.status()
    deepEqual([succeeded, uncountedTerminatedPods], [2, {}])
    equal((await run.conditions())[1], 'Complete True CompletionsReached')
  })

  test(`${profile}: who runs and who is ready is told while the job waits to make up for a failure`, async () => {
    await using run = await start(job({ completions: 2, parallelism: 2 }))
    const [one, other] = await run.running()
    await run.become(one, 'Running', { conditions: [{ type: 'Ready', status: 'True' }] })
    const counts = async () => {
      const { active, ready, terminating, failed } = await run.status()
      return { active, ready, terminating, failed }
    }
    deepEqual(await counts(), { active: 2, ready: 1, terminating: 0, failed: undefined })
    await run.become(other, 'Failed', { conditions: readyFalse(run.cluster.clock.now()) })
    deepEqual(await counts(), { active: 1, ready: 1, terminating: 0, failed: 1 })
    await run.change({ suspend: true })
    deepEqual(await counts(), { active: undefined, ready: 0, terminating: 1, failed: 1 })
  })

  test(`${profile}: orphans are taken and held, and let go when they are chosen no more`, async () => {
    const selector = { matchLabels: { app: 'sum' } }
    const orphan = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...named('a'), labels: { app: 'sum' } },
      spec: template.spec,
    }
    await using run = await start(orphan, job({ selector, manualSelector: true, completions: 2, parallelism: 2 }))
    equal((await run.list()).length, 2)
    const { metadata } = await run.pods.get(named('a'))
    deepEqual([metadata.ownerReferences?.[0]?.name, metadata.finalizers], ['sum', [TRACKING_FINALIZER]])
    await run.pods.patch(named('a'), { patch: 'merge', value: { metadata: { labels: { app: 'other' } } } })
    await run.cluster.settled()
    const released = (await run.pods.get(named('a'))).metadata
    deepEqual([released.ownerReferences, released.finalizers], [undefined, undefined])
    equal((await run.list()).length, 3)
  })

  test(`${profile}: nobody holds the pods of a job that is deleted and leaves them behind`, async () => {
    await using run = await start(job({ completions: 2, parallelism: 2 }))
    await run.jobs.delete(named('sum'), { propagationPolicy: 'Orphan' })
    await run.jobs.patch(named('sum'), { patch: 'merge', value: { metadata: { finalizers: null } } })
    await run.cluster.settled()
    deepEqual(
      (await run.list()).map(({ metadata }) => metadata.finalizers),
      [undefined, undefined],
    )
  })

  test(`${profile}: a job that is over is deleted when its time has come, and not before`, async () => {
    await using run = await start(job({ ttlSecondsAfterFinished: 100 }))
    await run.become((await run.running())[0], 'Succeeded')
    await run.cluster.clock.advance('90s')
    ok(await run.jobs.find(named('sum')))
    await run.change({ ttlSecondsAfterFinished: 200 })
    await run.cluster.clock.advance('100s')
    equal((await run.jobs.get(named('sum'))).metadata.deletionTimestamp, undefined)
    await run.cluster.clock.advance('20s')
    deepEqual((await run.jobs.get(named('sum'))).metadata.finalizers, ['foregroundDeletion'])
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start(job({ completions: 6, parallelism: 2, backoffLimit: 20 }))
    const harms = [async () => run.cluster.faults.dropWatches(), run.cluster.faults.restart, run.cluster.faults.compact]
    for (const harm of harms) {
      run.cluster.faults.refuse({ method: 'PATCH', path: '/pods/' }, { times: 1 })
      run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 1 })
      run.cluster.faults.refuse({ method: 'POST', path: '/pods' }, { times: 1 })
      const [one, other] = await run.running()
      await run.become(one, 'Succeeded')
      await run.become(other, 'Failed')
      await harm()
      await run.cluster.clock.advance('15m')
      equal((await run.running()).length, 2)
    }
    for (const pod of await run.running()) await run.become(pod, 'Succeeded')
    await run.cluster.clock.advance('15m')
    await run.become((await run.running())[0], 'Succeeded')
    const { succeeded, failed } = await run.status()
    deepEqual([succeeded, failed], [6, 3])
    equal((await run.conditions())[1], 'Complete True CompletionsReached')
    ok((await run.list()).every(({ metadata }) => metadata.finalizers === undefined))
  })
}

const readyFalse = (at: Date) => [
  { type: 'Ready', status: 'False', lastTransitionTime: `${at.toISOString().slice(0, 19)}Z` },
]
