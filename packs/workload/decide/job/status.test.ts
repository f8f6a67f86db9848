/**
 * What a job's status says of its pods, and which pods are let go.
 *
 *     pod          status before       status after        let go
 *     ended, held  -                   noted: a            a
 *     ended, held  noted: a            noted: a            a, again: the answer may have been lost
 *     not held     noted: a            counted
 */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Job, JobSpec, JobStatus } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { planJob, settleJob } from './job.ts'
import { UNCOUNTED_MAX } from './status.ts'
import { indexedJob, jobOf, type PodWishes, podOf, viewOf } from './testing.ts'

/** What comes of a look that does all it planned. */
function lookAt(job: Job, pods: readonly Pod[]) {
  const view = viewOf(job, pods)
  const plan = planJob(view)
  const created = plan.step.do === 'create' ? plan.step.pods.length : 0
  const deleted = plan.step.do === 'delete' || plan.step.do === 'end' ? plan.step.pods : []
  return settleJob(view, plan, { created, deleted })
}

const namesOf = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name)
const failed = (name: string, wishes: PodWishes = {}) => podOf(name, { phase: 'Failed', exitCode: 1, ...wishes })
const succeeded = (name: string, wishes: PodWishes = {}) => podOf(name, { phase: 'Succeeded', ...wishes })
const failing = (action: string) => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values: [1] } }] },
})
const many = (spec: Partial<JobSpec> = {}, status: JobStatus = {}) => jobOf({ completions: 9, ...spec }, status)
const noted = (some: string[], others: string[] = []): JobStatus => ({
  uncountedTerminatedPods: { succeeded: some, failed: others },
})

interface Counted {
  readonly succeeded?: number
  readonly failed?: number
  readonly noted?: readonly [succeeded: string[], failed: string[]]
  readonly release?: readonly string[]
}
const CASES: readonly (readonly [why: string, Job, Pod[], Counted])[] = [
  [
    'ended pods are noted, and not counted yet',
    many(),
    [succeeded('a'), failed('b')],
    { noted: [['a'], ['b']], release: ['a', 'b'] },
  ],
  ['noted ones are let go again', many({}, noted(['a'])), [succeeded('a')], { noted: [['a'], []], release: ['a'] }],
  [
    'those that are held no more are counted',
    many({}, noted(['a'], ['b'])),
    [succeeded('a', { isHeld: false })],
    { succeeded: 1, failed: 1 },
  ],
  [
    'each once',
    many({}, { succeeded: 1, failed: 1 }),
    [succeeded('a', { isHeld: false })],
    { succeeded: 1, failed: 1 },
  ],
  [
    'one that was noted as failed stays so',
    many({}, noted([], ['a'])),
    [succeeded('a')],
    { noted: [[], ['a']], release: ['a'] },
  ],
  ['one that leaves has failed', many(), [podOf('a', { isLeaving: true })], { noted: [[], ['a']], release: ['a'] }],
  ['or not yet', many({ podReplacementPolicy: 'Failed' }), [podOf('a', { isLeaving: true })], {}],
  ['an ignored failure is let go, and no more', many(failing('Ignore')), [failed('a')], { release: ['a'] }],
  ['indexes are noted as such', indexedJob(9), [succeeded('a', { index: 3 })], { succeeded: 1, release: ['a'] }],
  [
    'and once',
    indexedJob(9, {}, { completedIndexes: '3' }),
    [succeeded('a', { index: 3 })],
    { succeeded: 1, release: ['a'] },
  ],
  [
    'indexes that the job has no more do not count',
    indexedJob(2),
    [succeeded('a', { index: 2 }), failed('b', { index: 3 })],
    { release: ['a', 'b'] },
  ],
  ['one that is to be followed stays', indexedJob(2, { backoffLimitPerIndex: 1 }), [failed('a', { index: 0 })], {}],
  [
    'until it is',
    indexedJob(2, { backoffLimitPerIndex: 1 }),
    [failed('a', { index: 0 }), podOf('b', { index: 0, failuresBefore: 1 })],
    { noted: [[], ['a']], release: ['a'] },
  ],
  [
    'one of an index given up goes',
    indexedJob(2, { backoffLimitPerIndex: 0 }),
    [failed('a', { index: 0 })],
    { noted: [[], ['a']], release: ['a'] },
  ],
  [
    'what runs when a job fails has failed',
    many(failing('FailJob')),
    [failed('a'), podOf('b')],
    { noted: [[], ['a', 'b']], release: ['a', 'b'] },
  ],
  [
    'what runs when a job succeeds has not',
    indexedJob(2, { successPolicy: { rules: [{ succeededCount: 1 }] } }),
    [succeeded('a', { index: 0 }), podOf('b', { index: 1 })],
    { succeeded: 1, release: ['a', 'b'] },
  ],
]
for (const [why, job, pods, { succeeded = 0, failed = 0, noted = [[], []], release = [] }] of CASES) {
  test(why, () => {
    const { status, release: released } = lookAt(job, pods)
    deepEqual([status.succeeded, status.failed], [succeeded, failed])
    deepEqual(status.uncountedTerminatedPods, { succeeded: noted[0], failed: noted[1] })
    deepEqual(namesOf(released), release)
  })
}

test('active, ready and leaving pods are counted as they are once the plan is done', () => {
  const counts = (job: Job, pods: readonly Pod[]) => {
    const { active, ready, terminating } = lookAt(job, pods).status
    return { active, ready, terminating }
  }
  const ready = podOf('ready', { isReady: true })
  const pods = [ready, podOf('slow'), podOf('leaving', { isLeaving: true, isReady: true })]
  deepEqual(counts(many({ parallelism: 2 }), pods), { active: 2, ready: 1, terminating: 1 })
  const whenFailed = { parallelism: 4, podReplacementPolicy: 'Failed' }
  deepEqual(counts(many(whenFailed), pods), { active: 3, ready: 1, terminating: 1 })
  deepEqual(counts(many({ parallelism: 1 }), pods), { active: 1, ready: 1, terminating: 2 })
  deepEqual(counts(many({ suspend: true }), pods), { active: 0, ready: 0, terminating: 3 })
  deepEqual(counts(many({ parallelism: 2 }), [ready, failed('a')]), { active: 1, ready: 1, terminating: 0 })
})

test('the failed indexes are told of when they are limited, and cut when the job has fewer', () => {
  const limited = { backoffLimitPerIndex: 0 }
  const failedIndexes = (spec: Partial<JobSpec>, status: JobStatus, ...pods: Pod[]) =>
    lookAt(indexedJob(6, spec, status), pods).status.failedIndexes
  equal(failedIndexes({}, {}, failed('a', { index: 1 })), undefined)
  equal(failedIndexes(limited, {}), '')
  equal(failedIndexes(limited, { failedIndexes: '2-3' }, failed('a', { index: 1 })), '1-3')
  equal(failedIndexes({ ...limited, completions: 3 }, { failedIndexes: '2-3' }), '2')
})

test('an end is said first, and again as the last thing, when all are counted, let go and gone', () => {
  const typesAfter = (status: JobStatus, ...pods: Pod[]) => {
    const job = jobOf({ completions: 1, ...failing('Ignore') }, { succeeded: 1, ...status })
    return lookAt(job, pods).status.conditions?.map(({ type }) => type)
  }
  const met = { conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }] }
  deepEqual(typesAfter({}), ['SuccessCriteriaMet'])
  deepEqual(typesAfter(met, podOf('a', { isLeaving: true, isHeld: false })), ['SuccessCriteriaMet'])
  deepEqual(typesAfter(met, succeeded('a')), ['SuccessCriteriaMet'])
  deepEqual(typesAfter({ ...met, ...noted(['a']) }, succeeded('a')), ['SuccessCriteriaMet'])
  deepEqual(typesAfter(met, failed('ignored')), ['SuccessCriteriaMet'])
  deepEqual(typesAfter(met), ['SuccessCriteriaMet', 'Complete'])
})

test('no more pods are noted at once than a status holds; the others wait', () => {
  const pods = Array.from({ length: UNCOUNTED_MAX + 1 }, (_, at) => failed(`p${at}`))
  const { status, release } = lookAt(many({ backoffLimit: 9_999 }), pods)
  deepEqual([release.length, status.uncountedTerminatedPods?.failed?.length], [UNCOUNTED_MAX, UNCOUNTED_MAX])
})

test('a status that holds as many as it may has those let go that it names, and notes no other', () => {
  const names = Array.from({ length: UNCOUNTED_MAX }, (_, at) => `p${at}`)
  const pods = ['other', ...names].map((name) => failed(name))
  const { status, release } = lookAt(many({ backoffLimit: 9_999 }, noted([], names)), pods)
  deepEqual(namesOf(release), names)
  deepEqual(status.uncountedTerminatedPods?.failed, names)
})
