/** Jobs and CronJobs. Their pods run until a deed ends them. */
import type { Deed, Scenario } from '../scenario.ts'
import { change, create, job, nodesOf, remove } from './words.ts'

const nodes = nodesOf(3)

const end = (of: string, exitCode: number, which: { indexes?: readonly number[]; pods?: number } = {}): Deed => ({
  ...{ deed: 'end', job: of, exitCode },
  ...which,
})

const cronJob = (name: string, spec: object, work: object = {}) => {
  const { spec: jobSpec } = job(name, {})
  return create({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: { schedule: '* * * * *', jobTemplate: { spec: { ...(jobSpec as object), ...work } }, ...spec },
  })
}
/** So that the next minute begins within a step. */
const atSecond40: Deed = { deed: 'wait', second: 40 }

/** Of Jobs and CronJobs. */
export const JOBS: readonly Scenario[] = [
  {
    name: 'job-completes',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { completions: 3, parallelism: 2 }))] },
      { name: 'has one end well', deeds: [end('sum', 0, { pods: 1 })] },
      { name: 'has the others end well', deeds: [end('sum', 0)] },
      { name: 'is deleted with its pods', deeds: [remove('jobs/sum', { propagationPolicy: 'Background' })] },
    ],
  },
  {
    name: 'job-tries-again',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { backoffLimit: 1 }))] },
      { name: 'fails', deeds: [end('sum', 3)], seconds: 20 },
      { name: 'fails again', deeds: [end('sum', 3)], seconds: 10 },
    ],
  },
  {
    name: 'job-changes-its-width',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { completions: 6, parallelism: 2 }))] },
      { name: 'is made wider', deeds: [change('jobs/sum', { parallelism: 4 })] },
      { name: 'is made narrower', deeds: [change('jobs/sum', { parallelism: 1 })] },
      { name: 'has none at a time', deeds: [change('jobs/sum', { parallelism: 0 })] },
    ],
  },
  {
    name: 'job-works-off-a-queue',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { parallelism: 3 }))] },
      { name: 'has one end well', deeds: [end('sum', 0, { pods: 1 })] },
      { name: 'has the others end well', deeds: [end('sum', 0)] },
    ],
  },
  {
    name: 'job-is-suspended',
    nodes,
    steps: [
      { name: 'is made so', deeds: [create(job('sum', { suspend: true, parallelism: 2, completions: 2 }))] },
      { name: 'goes on', deeds: [change('jobs/sum', { suspend: false })] },
      { name: 'is suspended while it runs', deeds: [change('jobs/sum', { suspend: true })] },
      { name: 'goes on again', deeds: [change('jobs/sum', { suspend: false })] },
    ],
  },
  {
    name: 'job-has-indexes',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { completionMode: 'Indexed', completions: 4, parallelism: 3 }))] },
      { name: 'has two end well', deeds: [end('sum', 0, { indexes: [0, 2] })] },
      { name: 'has one fail', deeds: [end('sum', 1, { indexes: [1] })], seconds: 20 },
      { name: 'has all end well', deeds: [end('sum', 0)] },
    ],
  },
  {
    name: 'job-counts-failures-of-each-index',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          create(
            job('sum', {
              ...{ completionMode: 'Indexed', completions: 3, parallelism: 3 },
              ...{ backoffLimitPerIndex: 1, maxFailedIndexes: 1 },
            }),
          ),
        ],
      },
      { name: 'has one fail', deeds: [end('sum', 1, { indexes: [1] })], seconds: 20 },
      { name: 'has it fail for good', deeds: [end('sum', 1, { indexes: [1] })], seconds: 10 },
      { name: 'has another end well', deeds: [end('sum', 0, { indexes: [0] })] },
      { name: 'has the last end well', deeds: [end('sum', 0)] },
    ],
  },
  {
    name: 'job-has-too-many-failed-indexes',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          create(
            job('sum', {
              ...{ completionMode: 'Indexed', completions: 3, parallelism: 3 },
              ...{ backoffLimitPerIndex: 0, maxFailedIndexes: 1 },
            }),
          ),
        ],
      },
      { name: 'has two fail', deeds: [end('sum', 1, { indexes: [0, 1] })], seconds: 20 },
    ],
  },
  {
    name: 'job-fails-by-its-policy',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          create(
            job('sum', {
              ...{ parallelism: 2, completions: 2, backoffLimit: 3 },
              podFailurePolicy: {
                rules: [
                  { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
                  { action: 'FailJob', onExitCodes: { containerName: 'web', operator: 'In', values: [42] } },
                ],
              },
            }),
          ),
        ],
      },
      { name: 'has a failure ignored', deeds: [end('sum', 7, { pods: 1 })], seconds: 20 },
      { name: 'has one that ends it', deeds: [end('sum', 42, { pods: 1 })], seconds: 10 },
    ],
  },
  {
    name: 'job-succeeds-by-its-policy',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          create(
            job('sum', {
              ...{ completionMode: 'Indexed', completions: 3, parallelism: 3 },
              successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
            }),
          ),
        ],
      },
      { name: 'has one of them end well', deeds: [end('sum', 0, { indexes: [1] })], seconds: 10 },
    ],
  },
  {
    name: 'job-waits-for-pods-that-end',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [create(job('sum', { parallelism: 2, completions: 2, podReplacementPolicy: 'Failed' }))],
      },
      { name: 'has one fail', deeds: [end('sum', 1, { pods: 1 })], seconds: 20 },
    ],
  },
  {
    name: 'job-is-late',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { activeDeadlineSeconds: 15 }))], seconds: 3 },
      { name: 'has run for too long', deeds: [], seconds: 20 },
    ],
  },
  {
    name: 'job-is-cleaned-up',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', { ttlSecondsAfterFinished: 12 }))] },
      { name: 'ends', deeds: [end('sum', 0)], seconds: 3 },
      { name: 'is over for long', deeds: [], seconds: 20 },
    ],
  },
  {
    name: 'job-leaves-its-pods-behind',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(job('sum', {}))] },
      { name: 'is deleted without them', deeds: [remove('jobs/sum', { propagationPolicy: 'Orphan' })] },
    ],
  },
  {
    name: 'cron-job-allows-many',
    nodes,
    steps: [
      { name: 'is made', deeds: [atSecond40, cronJob('beat', {})] },
      { name: 'is due', deeds: [], seconds: 30 },
      { name: 'is due while one runs', deeds: [], seconds: 60 },
    ],
  },
  {
    name: 'cron-job-forbids-two',
    nodes,
    steps: [
      { name: 'is made', deeds: [atSecond40, cronJob('beat', { concurrencyPolicy: 'Forbid' })] },
      { name: 'is due', deeds: [], seconds: 30 },
      { name: 'is due while one runs', deeds: [], seconds: 60 },
    ],
  },
  {
    name: 'cron-job-replaces',
    nodes,
    steps: [
      { name: 'is made', deeds: [atSecond40, cronJob('beat', { concurrencyPolicy: 'Replace' })] },
      { name: 'is due', deeds: [], seconds: 30 },
      { name: 'is due while one runs', deeds: [], seconds: 60 },
      { name: 'is suspended', deeds: [change('cronjobs/beat', { suspend: true })], seconds: 60 },
      { name: 'is deleted', deeds: [remove('cronjobs/beat', { propagationPolicy: 'Background' })] },
    ],
  },
  {
    name: 'cron-job-keeps-the-last',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          atSecond40,
          cronJob(
            'beat',
            { successfulJobsHistoryLimit: 1 },
            {
              template: {
                metadata: { annotations: { 'fake.muster.dev/runs-for': '1s' } },
                spec: { restartPolicy: 'Never', containers: [{ name: 'web', image: 'example.com/web:1' }] },
              },
            },
          ),
        ],
      },
      { name: 'is due', deeds: [], seconds: 30 },
      { name: 'is due again', deeds: [], seconds: 60 },
    ],
  },
]
