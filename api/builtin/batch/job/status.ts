/**
 * What a controller of jobs may say of one. What was wrong already is not held against who changes something else.
 * Source: kubernetes pkg/apis/batch/validation ValidateJobUpdateStatus, pkg/registry/batch/job getStatusValidationOptions.
 */
import { child, duplicate, type FieldError, index, invalid, OMITTED, required } from '../../../field-error.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { Job, JobStatus } from '../../../types/batch-v1.ts'
import { validateCounts } from '../../workload.ts'
import { isJobConditionTrue, isJobFinished } from './conditions.ts'
import { firstShared, readableIndexes, readIndexes } from './indexes.ts'

const below = (field: keyof JobStatus & string): string => child('status', field)
const ofConditions = (why: string): FieldError => invalid(below('conditions'), OMITTED, why)

/** What is wrong with a status, beside the one that was there. */
export function validateJobStatus(job: Job, old: Job): FieldError[] {
  const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating']
  return [
    ...validateCounts(job.status, counts, 'status'),
    ...validateUncounted(job.status ?? {}),
    ...RULES.flatMap(({ when, check }) => (when && !when(changesOf(job, old)) ? [] : check(job, old))),
  ]
}

function validateUncounted({ uncountedTerminatedPods: pods }: JobStatus): FieldError[] {
  const seen = new Set<string>()
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    (pods?.[list] ?? []).flatMap((uid, at) => {
      const path = index(child(below('uncountedTerminatedPods'), list), at)
      if (uid === '') return [invalid(path, uid, 'must not be empty')]
      if (seen.has(uid)) return [duplicate(path, uid)]
      seen.add(uid)
      return []
    }),
  )
}

interface Changes {
  /** True when a field of the status is not what it was. */
  readonly of: (field: keyof JobStatus) => boolean
  /** True when a condition is true that was not, or the other way round. */
  readonly is: (condition: string) => boolean
  readonly isFinished: boolean
}

const changesOf = (job: Job, old: Job): Changes => ({
  of: (field) => !sameMeaning(job.status?.[field], old.status?.[field]),
  is: (condition) => isJobConditionTrue(job, condition) !== isJobConditionTrue(old, condition),
  isFinished: isJobFinished(job) !== isJobFinished(old),
})

/** One thing that must hold, and the changes upon which it is looked at; always when they are not said. */
interface Rule {
  readonly when?: (changes: Changes) => boolean
  readonly check: (job: Job, old: Job) => FieldError[]
}

const both = (one: string, other: string, why: string) => (job: Job) =>
  isJobConditionTrue(job, one) && isJobConditionTrue(job, other) ? [ofConditions(why)] : []
const needs = (one: string, other: string, why: string) => (job: Job) =>
  isJobConditionTrue(job, one) && !isJobConditionTrue(job, other) ? [ofConditions(why)] : []
const finished =
  (field: keyof JobStatus & string, isWrong: (status: JobStatus) => boolean, why: string) => (job: Job) => {
    const status = job.status ?? {}
    return isJobFinished(job) && isWrong(status) ? [invalid(below(field), status[field] ?? 0, why)] : []
  }
const isSuspendedEmpty = ({ spec }: Job): boolean => spec?.suspend === true && spec.completions === 0

const RULES: readonly Rule[] = [
  {
    when: ({ is }) => is('Complete') || is('Failed'),
    check: both('Complete', 'Failed', 'cannot set Complete=True and Failed=true conditions'),
  },
  {
    when: ({ is }) => is('Complete') || is('FailureTarget'),
    check: both('Complete', 'FailureTarget', 'cannot set Complete=True and FailureTarget=true conditions'),
  },
  {
    when: ({ is, of }) => is('Complete') || of('completionTime'),
    check: (job) => {
      const time = job.status?.completionTime
      const isComplete = isJobConditionTrue(job, 'Complete')
      const path = below('completionTime')
      if (time && !isComplete) {
        return [invalid(path, time, 'cannot set completionTime when there is no Complete=True condition')]
      }
      return !time && isComplete ? [required(path, 'completionTime is required for Complete jobs')] : []
    },
  },
  {
    when: ({ of }) => of('startTime') || of('completionTime'),
    check: ({ status }) => {
      const { startTime, completionTime } = status ?? {}
      if (!startTime || !completionTime || Date.parse(completionTime) >= Date.parse(startTime)) return []
      return [invalid(below('completionTime'), completionTime, 'must be equal to or after `startTime`')]
    },
  },
  {
    when: ({ is, of }) => is('Failed') || of('failedIndexes'),
    check: needs(
      'Failed',
      'FailureTarget',
      'cannot set Failed=True condition without the FailureTarget=true condition',
    ),
  },
  {
    when: ({ is }) => is('Complete') || is('SuccessCriteriaMet'),
    check: needs(
      'Complete',
      'SuccessCriteriaMet',
      'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    ),
  },
  {
    when: ({ isFinished, of }) => isFinished || of('active'),
    check: finished('active', ({ active = 0 }) => active > 0, 'active>0 is invalid for finished job'),
  },
  {
    when: ({ isFinished, of }) => isFinished || of('startTime'),
    check: (job) =>
      isJobFinished(job) && !job.status?.startTime && !isSuspendedEmpty(job)
        ? [required(below('startTime'), 'startTime is required for finished job')]
        : [],
  },
  {
    when: ({ isFinished, of }) => isFinished || of('uncountedTerminatedPods'),
    check: finished(
      'uncountedTerminatedPods',
      ({ uncountedTerminatedPods: pods }) => (pods?.failed ?? []).length + (pods?.succeeded ?? []).length > 0,
      'must be empty for finished job',
    ),
  },
  { when: ({ of }) => of('completedIndexes'), check: (job) => readable(job, 'completedIndexes') },
  {
    when: ({ of }) => of('failedIndexes'),
    check: (job) => (job.spec?.backoffLimitPerIndex === undefined ? [] : readable(job, 'failedIndexes')),
  },
  {
    when: ({ of }) => of('completedIndexes'),
    check: ({ spec, status }) => {
      const why = 'cannot set non-empty completedIndexes when non-indexed completion mode'
      return status?.completedIndexes && spec?.completionMode !== 'Indexed'
        ? [invalid(below('completedIndexes'), status.completedIndexes, why)]
        : []
    },
  },
  {
    when: ({ of }) => of('failedIndexes'),
    check: ({ spec, status }) => {
      const why = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
      return status?.failedIndexes !== undefined && spec?.backoffLimitPerIndex === undefined
        ? [invalid(below('failedIndexes'), status.failedIndexes, why)]
        : []
    },
  },
  {
    when: ({ of }) => of('failedIndexes') || of('completedIndexes'),
    check: ({ spec, status }) => {
      const { completedIndexes = '', failedIndexes = '' } = status ?? {}
      const completions = spec?.completions
      if (completions === undefined || completedIndexes === '' || failedIndexes === '') return []
      const shared = firstShared(
        readableIndexes(completedIndexes, completions),
        readableIndexes(failedIndexes, completions),
      )
      const why = `failedIndexes and completedIndexes overlap at index: ${shared}`
      return shared === undefined ? [] : [invalid(below('failedIndexes'), failedIndexes, why)]
    },
  },
  {
    when: ({ isFinished, of }) => isFinished || of('terminating'),
    check: finished(
      'terminating',
      ({ terminating = 0 }) => terminating > 0,
      'terminating>0 is invalid for finished job',
    ),
  },
  {
    when: ({ of }) => of('ready') || of('active'),
    check: ({ status }) => {
      const { ready = 0, active = 0 } = status ?? {}
      return ready > active ? [invalid(below('ready'), ready, 'cannot set more ready pods than active')] : []
    },
  },
  { check: both('SuccessCriteriaMet', 'Failed', 'cannot set SuccessCriteriaMet=True and Failed=true conditions') },
  {
    check: both(
      'SuccessCriteriaMet',
      'FailureTarget',
      'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
    ),
  },
  {
    check: (job) =>
      job.spec?.successPolicy
        ? needs(
            'Complete',
            'SuccessCriteriaMet',
            'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
          )(job)
        : [],
  },
  {
    check: (job, old) =>
      ['Failed', 'Complete', 'FailureTarget'].flatMap((type) =>
        isJobConditionTrue(old, type) && !isJobConditionTrue(job, type)
          ? [ofConditions(`cannot disable the terminal ${type}=True condition`)]
          : [],
      ),
  },
  { check: (job, old) => notLess(job, old, 'failed') },
  {
    check: (job, old) => {
      const { completionMode, completions, parallelism } = job.spec ?? {}
      // A job that shrinks has fewer that succeeded.
      return completionMode === 'Indexed' && completions === parallelism ? [] : notLess(job, old, 'succeeded')
    },
  },
  {
    check: ({ status }, old) => {
      const [next, before] = [status?.completionTime, old.status?.completionTime]
      return next && before && next !== before ? [invalid(below('completionTime'), next, 'field is immutable')] : []
    },
  },
  {
    when: ({ of }) => of('startTime'),
    check: (job, old) => {
      const isResuming =
        isJobConditionTrue(old, 'Suspended') &&
        job.status?.conditions?.some(({ type, status }) => type === 'Suspended' && status === 'False')
      if (isResuming || !old.status?.startTime || job.spec?.suspend) return []
      const shown = job.status?.startTime ?? null
      return [invalid(below('startTime'), shown, 'field is immutable for unsuspended job once set')]
    },
  },
  {
    check: (job, old) => {
      const [isMet, wasMet] = [job, old].map((one) => isJobConditionTrue(one, 'SuccessCriteriaMet'))
      if (wasMet && !isMet) return [ofConditions('cannot disable the SuccessCriteriaMet=True condition')]
      return isMet && !wasMet && isJobConditionTrue(old, 'Complete')
        ? [ofConditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')]
        : []
    },
  },
]

function readable({ spec, status }: Job, field: 'completedIndexes' | 'failedIndexes'): FieldError[] {
  const text = status?.[field]
  if (spec?.completions === undefined || text === undefined) return []
  const read = readIndexes(text, spec.completions)
  return typeof read === 'string' ? [invalid(below(field), text, `error parsing ${field}: ${read}`)] : []
}

function notLess({ status }: Job, old: Job, field: 'failed' | 'succeeded'): FieldError[] {
  const next = status?.[field] ?? 0
  return next < (old.status?.[field] ?? 0) ? [invalid(below(field), next, `cannot decrease the ${field} counter`)] : []
}
