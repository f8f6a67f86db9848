/** Whether a job is at its end, and why. Source: kubernetes pkg/controller/job syncJob. */
import { readTime, timestamp } from '@muster/api/time.ts'
import type { Job, JobCondition } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { type Duration, type Instant, seconds, since } from '@muster/base/clock.ts'
import type { JobCount, JobView } from './count.ts'
import { hasFailed, hasLimitPerIndex, isIndexed } from './facts.ts'
import { total } from './indexes.ts'
import { failureOf, successOf } from './policies.ts'

/** How a job ends. What was said of it once stays: `isSaid`. */
export interface End {
  readonly as: 'success' | 'failure'
  readonly reason: string
  readonly message: string
  readonly isSaid: boolean
}

/** The end that a job has come to by what was counted; undefined while it is to go on. */
export function endOf(view: JobView, count: JobCount): End | undefined {
  return saidBefore(view.job) ?? failure(view, count) ?? success(view.job, count)
}

/** All the completions were reached. */
export const COMPLETED: End = {
  as: 'success',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
  isSaid: false,
}

/** How long it may still be active; undefined when nothing says, or when it is not. */
export function deadlineLeft({ spec, status }: Job, now: Instant): Duration | undefined {
  if (spec?.activeDeadlineSeconds === undefined || spec.suspend) return undefined
  const reading = readTime(status?.startTime ?? '')
  const active = reading.read ? since(reading.at, now) : 0
  return (seconds(spec.activeDeadlineSeconds) - active) as Duration
}

function saidBefore({ status }: Job): End | undefined {
  const isTrue =
    (wanted: string) =>
    ({ type, status }: JobCondition) =>
      type === wanted && status === 'True'
  const met = status?.conditions?.find(isTrue('SuccessCriteriaMet'))
  const said = met ?? status?.conditions?.find(isTrue('FailureTarget'))
  if (!said) return undefined
  return { as: met ? 'success' : 'failure', reason: said.reason ?? '', message: said.message ?? '', isSaid: true }
}

const failed = (reason: string, message: string): End => ({ as: 'failure', reason, message, isSaid: false })

function failure({ job, pods, now }: JobView, { failed: failures, failedIndexes, succeededIndexes }: JobCount) {
  const { backoffLimit = 6, maxFailedIndexes, completions = 0 } = job.spec ?? {}
  for (const pod of pods.filter((one) => hasFailed(one, job))) {
    const failure = failureOf(job, pod)
    if (failure.means === 'fail-job') return failed('PodFailurePolicy', failure.message)
  }
  if (failures > backoffLimit || restartsTooMuch(job, pods, backoffLimit)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  if ((deadlineLeft(job, now) ?? 1) <= 0) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  if (!isIndexed(job) || !hasLimitPerIndex(job)) return undefined
  const broken = total(failedIndexes)
  if (maxFailedIndexes !== undefined && broken > maxFailedIndexes) {
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  }
  return broken > 0 && broken + total(succeededIndexes) >= completions
    ? failed('FailedIndexes', 'Job has failed indexes')
    : undefined
}

function success(job: Job, { succeededIndexes }: JobCount): End | undefined {
  const message = successOf(job, succeededIndexes)
  return message === undefined ? undefined : { as: 'success', reason: 'SuccessPolicy', message, isSaid: false }
}

/** Restarts in place count where containers are restarted, and none is allowed where no failure is. */
function restartsTooMuch({ spec }: Job, pods: readonly Pod[], limit: number): boolean {
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** True when all that was asked for succeeded, or, where no number was asked for, one did and the others have ended. */
export function isComplete({ spec }: Job, succeeded: number, active: number): boolean {
  if (active > 0) return false
  return spec?.completions === undefined ? succeeded > 0 : succeeded >= spec.completions
}

/** A condition that was not there is put behind the others; one that is false is told of only when it was true. */
export function withCondition(
  conditions: readonly JobCondition[],
  { type, status, reason, message }: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>,
  now: Instant,
): readonly JobCondition[] {
  const known = conditions.find((one) => one.type === type)
  if (known ? known.status === status && known.reason === reason && known.message === message : status === 'False') {
    return conditions
  }
  const at = timestamp(now)
  const said: JobCondition = {
    type,
    status,
    lastProbeTime: at,
    lastTransitionTime: at,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  }
  return known ? conditions.map((one) => (one === known ? said : one)) : [...conditions, said]
}
