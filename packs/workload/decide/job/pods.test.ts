/** Which pods of a job are made, and which are deleted. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Job, JobSpec } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { add, seconds } from '@muster/base/clock.ts'
import { countJob } from './count.ts'
import { FAILURES_ANNOTATION, IGNORED_ANNOTATION, INDEX_ANNOTATION } from './facts.ts'
import { decidePods, type PodStep } from './pods.ts'
import { indexedJob, jobOf, NOW, type PodWishes, podOf, viewOf } from './testing.ts'

const decide = (job: Job, pods: readonly Pod[]): PodStep => {
  const view = viewOf(job, pods)
  return decidePods(view, countJob(view))
}

/** A step in words: pods that are made by their indexes, or how many; pods that are deleted by name. */
function told(step: PodStep): string {
  switch (step.do) {
    case 'create': {
      const indexes = step.pods.map(({ metadata }) => metadata.annotations?.[INDEX_ANNOTATION])
      return `create ${indexes[0] === undefined ? indexes.length : indexes}`
    }
    case 'delete':
      return `delete ${step.pods.map(({ metadata }) => metadata.name).sort()}`
    case 'nothing':
      return step.lookAfter === undefined ? 'nothing' : `wait ${step.lookAfter / seconds(1)} s`
  }
}

const at = (index: number, wishes: PodWishes = {}) => podOf(`p${index}`, { index, ...wishes })
const leaving = (index?: number) =>
  podOf(`leaving${index ?? ''}`, { isLeaving: true, isHeld: false, ...(index === undefined ? {} : { index }) })
const failedAgo = (secondsAgo: number, wishes: PodWishes = {}): PodWishes => ({
  phase: 'Failed',
  exitCode: 1,
  endedAt: add(NOW, seconds(-secondsAgo)),
  ...wishes,
})
const whenFailed = { podReplacementPolicy: 'Failed' }
const whenLeaving = { podReplacementPolicy: 'TerminatingOrFailed' }
const ignoring = { podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [1] } }] } }
const perIndex = (spec: Partial<JobSpec> = {}) => indexedJob(3, { backoffLimitPerIndex: 2, ...spec })

const CASES: readonly (readonly [why: string, Job, Pod[], step: string])[] = [
  ['a pod that leaves is made up for at once', jobOf({ completions: 1, ...whenLeaving }), [leaving()], 'create 1'],
  ['or once it is gone', jobOf({ completions: 1, ...whenFailed }), [leaving()], 'nothing'],
  ['a policy of failures waits for how it ends', jobOf({ completions: 1, ...ignoring }), [leaving()], 'nothing'],
  ['so with its index', indexedJob(3, whenLeaving), [leaving(0), at(1)], 'create 0,2'],
  ['its index waits, others do not', indexedJob(3, whenFailed), [leaving(0), at(1)], 'create 2'],

  ['more indexes are wanted', indexedJob(5), [at(0), at(1), at(2)], 'create 3,4'],
  ['fewer indexes are wanted', indexedJob(2), [at(0), at(1), at(2), at(3)], 'delete p2,p3'],
  ['fewer, of which some succeeded', indexedJob(2, {}, { completedIndexes: '0,3' }), [at(1), at(2)], 'delete p2'],
  ['fewer, and all of them succeeded', indexedJob(2, {}, { completedIndexes: '0-1' }), [at(2)], 'delete p2'],
  ['two of one index', indexedJob(2), [at(0), podOf('young', { index: 0, phase: 'Pending' }), at(1)], 'delete young'],
  ['a pod of no index', indexedJob(2), [at(0), podOf('stray')], 'delete stray'],
  ['succeeded indexes are done with', indexedJob(4, {}, { completedIndexes: '0,2' }), [], 'create 1,3'],
  ['so are failed ones', indexedJob(4, { backoffLimitPerIndex: 0 }, { failedIndexes: '0-1' }), [], 'create 2,3'],

  ['an index waits for itself', perIndex(), [at(0, failedAgo(4))], 'create 1,2'],
  ['while others run', perIndex(), [at(0, failedAgo(4)), at(1), at(2)], 'wait 6 s'],
  ['until the wait is over', perIndex(), [at(0, failedAgo(10)), at(1), at(2)], 'create 0'],
  ['longer when it failed before', perIndex(), [at(0, failedAgo(4, { failuresBefore: 1 })), at(1), at(2)], 'wait 16 s'],
  ['and was ignored', perIndex(), [at(0, failedAgo(4, { ignoredBefore: 1 })), at(1), at(2)], 'wait 16 s'],

  ['suspended', jobOf({ completions: 2, parallelism: 2, suspend: true }), [podOf('a'), podOf('b')], 'delete a,b'],
  ['a success is enough where no number is', jobOf({ parallelism: 3 }, { succeeded: 1 }), [podOf('a')], 'nothing'],
  ['no more than are to succeed', jobOf({ completions: 5, parallelism: 3 }, { succeeded: 3 }), [], 'create 2'],
]
for (const [why, job, pods, step] of CASES) test(`${why}: ${step}`, () => equal(told(decide(job, pods)), step))

test('a pod is told how many of its index failed before it, and how many of them were ignored', () => {
  const before = { failuresBefore: 1, ignoredBefore: 1 }
  const running = [at(1), at(2)]
  const annotationsAfter = (job: Job) => {
    const step = decide(job, [at(0, failedAgo(3_600, before)), ...running])
    const { annotations = {} } = (step.do === 'create' && step.pods[0]?.metadata) || {}
    return [annotations[FAILURES_ANNOTATION], annotations[IGNORED_ANNOTATION]]
  }
  deepEqual(annotationsAfter(perIndex()), ['2', '1'])
  deepEqual(annotationsAfter(perIndex(ignoring)), ['1', '2'])
})

test('of several failures of an index the last one is followed', () => {
  const pods = [
    podOf('second', { index: 0, failuresBefore: 1, ...failedAgo(3_600) }),
    podOf('first', { index: 0, failuresBefore: 0, ...failedAgo(7_200) }),
    at(1),
    at(2),
  ]
  const step = decide(perIndex(), pods)
  equal(step.do === 'create' && step.pods[0]?.metadata.annotations?.[FAILURES_ANNOTATION], '2')
})
