/**
 * What a job's status becomes, and which pods are held no longer.
 *
 *     a pod ends, held        its uid is in `uncountedTerminatedPods`, or its index is among the completed ones
 *     the status is written   the pod is let go
 *     the pod is held no more its uid leaves the list and is counted, in one write
 *
 * Each line is one write that leads to the next, and may be repeated: whoever goes on after a crash finds by the status
 * and the finalizer where the pod is. Source: kubernetes pkg/controller/job trackJobStatusAndRemoveFinalizers.
 */
import { timestamp } from '@muster/api/time.ts'
import type { Job, JobCondition, JobStatus } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { isPodReady } from '../../pods.ts'
import type { JobCount, JobView } from './count.ts'
import { type End, withCondition } from './end.ts'
import { hasFailed, hasLimitPerIndex, hasSucceeded, isIndexed, isSuspended, isTracked, validIndexOf } from './facts.ts'
import { has, indexSet, total, union, writeIndexes } from './indexes.ts'
import { failureOf } from './policies.ts'

/** Pods whose end is noted in one look, so that a status stays small. Source: kubernetes MaxUncountedPods. */
export const UNCOUNTED_MAX = 500

/** What was done about pods before the status is written. */
export interface Done {
  readonly created: number
  readonly deleted: readonly Pod[]
  /** True when pods were looked after: whether it is suspended is told of then. */
  readonly isManaged: boolean
}

/** What is to be written, and then let go and said. */
export interface JobOutcome {
  readonly status: JobStatus
  /** Pods to be let go once the status is written. */
  readonly release: readonly Pod[]
  /** Conditions that the status tells of anew. */
  readonly news: readonly JobCondition[]
}

/** The status after what was done, for a job that has come to that end or goes on. */
export function jobOutcome(view: JobView, count: JobCount, end: End | undefined, done: Done): JobOutcome {
  const { job, now } = view
  const { startTime: _, ...known } = job.status ?? {}
  const noted = noteEnds(view, count, end)
  const terminating = count.terminating.length + done.deleted.length
  // Who is noted is held until he is let go: where nobody is to be let go, all are counted.
  const isOver = end?.isSaid && noted.release.length === 0 && terminating === 0
  const conditions = conditionsOf(view, end, isOver === true, done.isManaged)
  const news = conditions.filter((condition) => !known.conditions?.includes(condition))
  const startTime = startOf(view, news)
  const ready = count.active.filter((pod) => isPodReady(pod) && !done.deleted.includes(pod)).length
  return {
    status: {
      ...known,
      active: count.active.length + done.created - done.deleted.length,
      ready,
      terminating,
      succeeded: noted.succeeded,
      failed: noted.failed,
      ...(isIndexed(job) ? { completedIndexes: writeIndexes(noted.indexes) } : {}),
      ...(hasLimitPerIndex(job) ? { failedIndexes: writeIndexes(count.failedIndexes) } : {}),
      uncountedTerminatedPods: noted.uncounted,
      conditions: [...conditions],
      ...(startTime === undefined ? {} : { startTime }),
      ...(isOver && end?.as === 'success' ? { completionTime: timestamp(now) } : {}),
    },
    release: noted.release,
    news,
  }
}

/** Counts those that are held no more, and notes those that have ended and are. */
function noteEnds({ job, pods }: JobView, count: JobCount, end: End | undefined) {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods } = job.status ?? {}
  const held = new Set(pods.filter(isTracked).map(uidOf))
  const before = { succeeded: [], failed: [], ...uncountedTerminatedPods }
  const uncounted = {
    succeeded: before.succeeded.filter((uid) => held.has(uid)),
    failed: before.failed.filter((uid) => held.has(uid)),
  }
  const release: Pod[] = []
  const indexes: number[] = []
  for (const pod of pods) {
    if (!isTracked(pod) || !mayBeReleased(job, pod, count, end)) continue
    const uid = uidOf(pod)
    const isNoted = before.succeeded.includes(uid) || before.failed.includes(uid)
    const isFull = indexes.length + uncounted.succeeded.length + uncounted.failed.length >= UNCOUNTED_MAX
    // Those that fill it are let go, or it would stay full: whoever noted them may have crashed before he did.
    if (isFull && !isNoted) continue
    release.push(pod)
    const index = validIndexOf(pod, job)
    const isOutside = isIndexed(job) && index === undefined
    if (hasSucceeded(pod) && !before.failed.includes(uid)) {
      if (isIndexed(job)) {
        if (index !== undefined && !has(count.countedIndexes, index)) indexes.push(index)
      } else if (!before.succeeded.includes(uid)) uncounted.succeeded.push(uid)
    } else if (hasFailed(pod, job) || end?.as === 'failure') {
      // A job that failed takes with it what still runs.
      const isCounted = failureOf(job, pod).means !== 'ignore'
      if (!before.failed.includes(uid) && !isOutside && isCounted) uncounted.failed.push(uid)
    }
  }
  const completed = union(count.countedIndexes, indexSet(indexes))
  return {
    release,
    uncounted,
    indexes: completed,
    succeeded: isIndexed(job)
      ? total(completed)
      : succeeded + before.succeeded.length - uncountedBefore(before.succeeded, uncounted.succeeded),
    failed: failed + before.failed.length - uncountedBefore(before.failed, uncounted.failed),
  }
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? ''
const uncountedBefore = (before: readonly string[], uncounted: readonly string[]): number =>
  uncounted.filter((uid) => before.includes(uid)).length

/** A failed pod whose index is to have another stays until that one is there. */
function mayBeReleased(job: Job, pod: Pod, { replaced }: JobCount, end: End | undefined): boolean {
  if (job.metadata.deletionTimestamp !== undefined || end !== undefined || hasSucceeded(pod)) return true
  const index = validIndexOf(pod, job)
  return hasFailed(pod, job) && (index === undefined || replaced.get(index) !== pod)
}

/** First what it will be, then, when all is counted and gone, what it is. */
function conditionsOf({ job, now }: JobView, end: End | undefined, isOver: boolean, isManaged: boolean) {
  const known = job.status?.conditions ?? []
  if (end) {
    const { reason, message } = end
    const [target, final] =
      end.as === 'success' ? ['SuccessCriteriaMet', 'Complete'] : (['FailureTarget', 'Failed'] as const)
    if (end.isSaid && !isOver) return known
    return withCondition(known, { type: end.isSaid ? final : target, status: 'True', reason, message }, now)
  }
  if (!isManaged) return known
  const said = isSuspended(job)
    ? ({ status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const)
    : ({ status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const)
  return withCondition(known, { type: 'Suspended', ...said }, now)
}

/** It starts when it is not suspended, and anew when it is resumed. */
function startOf({ job, now }: JobView, news: readonly JobCondition[]): string | undefined {
  const suspended = news.find(({ type }) => type === 'Suspended')
  if (suspended?.status === 'True') return undefined
  if (suspended || (job.status?.startTime === undefined && !isSuspended(job))) return timestamp(now)
  return job.status?.startTime
}
