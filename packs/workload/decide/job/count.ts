/** What is known of a job before anything is done: its pods by how they stand, and how many ended how. */
import type { Job } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { isPodActive, isPodTerminating } from '../../pods.ts'
import { type BackOff, finishedAt, nextBackOff } from './back-off.ts'
import {
  failuresBefore,
  hasFailed,
  hasLimitPerIndex,
  hasSucceeded,
  indexOf,
  isIndexed,
  isTracked,
  validIndexOf,
} from './facts.ts'
import { has, type Indexes, indexSet, NO_INDEXES, readIndexSet, total, union } from './indexes.ts'
import { failureOf } from './policies.ts'

/** A job, the pods that it manages, and what was kept of failures. */
export interface JobView {
  readonly job: Job
  readonly pods: readonly Pod[]
  readonly backOff: BackOff
  readonly now: Instant
}

/** What was counted. Indexes are empty for a job without any. */
export interface JobCount {
  readonly active: readonly Pod[]
  readonly terminating: readonly Pod[]
  /** With those that have ended and are not in the status yet. */
  readonly succeeded: number
  readonly failed: number
  /** The indexes that the status says succeeded, and those that have. */
  readonly countedIndexes: Indexes
  readonly succeededIndexes: Indexes
  readonly failedIndexes: Indexes
  /** Failed pods by index that are kept until another is made in their place, which is told how many failed before it. */
  readonly replaced: ReadonlyMap<number, Pod>
  readonly backOff: BackOff
}

/** Counts. */
export function countJob({ job, pods, backOff }: JobView): JobCount {
  const {
    succeeded = 0,
    failed = 0,
    uncountedTerminatedPods,
    completedIndexes = '',
    failedIndexes = '',
  } = job.status ?? {}
  const uncounted = { succeeded: [], failed: [], ...uncountedTerminatedPods }
  const completions = job.spec?.completions ?? 0
  // One that is held no more was counted, or is in the list of those that are not yet.
  const ended = pods.filter((pod) => isTracked(pod) && (!isIndexed(job) || validIndexOf(pod, job) !== undefined))
  const newlySucceeded = ended.filter((pod) => hasSucceeded(pod) && !isIn(uncounted.succeeded, pod))
  const newlyFailed = ended.filter((pod) => hasFailed(pod, job) && !isIn(uncounted.failed, pod))
  const newFailures = newlyFailed.filter((pod) => failureOf(job, pod).means !== 'ignore').length

  const active = pods.filter(isPodActive)
  const counted = isIndexed(job) ? readIndexSet(completedIndexes, completions) : NO_INDEXES
  const succeededIndexes = isIndexed(job) ? union(counted, indexesOf(ended.filter(hasSucceeded))) : NO_INDEXES
  const brokenIndexes = hasLimitPerIndex(job)
    ? union(readIndexSet(failedIndexes, completions), indexesOf(ended.filter((pod) => failsIndex(job, pod))))
    : NO_INDEXES
  const settled = union(union(succeededIndexes, brokenIndexes), indexesOf(active))
  return {
    active,
    terminating: pods.filter(isPodTerminating),
    succeeded: isIndexed(job)
      ? total(succeededIndexes)
      : succeeded + newlySucceeded.length + uncounted.succeeded.length,
    failed: failed + newFailures + uncounted.failed.length,
    countedIndexes: counted,
    succeededIndexes,
    failedIndexes: brokenIndexes,
    replaced: hasLimitPerIndex(job)
      ? lastFailures(ended.filter((pod) => hasFailed(pod, job) && !has(settled, indexOf(pod) ?? 0)))
      : new Map(),
    backOff: nextBackOff(backOff, newlySucceeded, newlyFailed),
  }
}

const isIn = (uids: readonly string[], { metadata }: Pod): boolean => uids.includes(metadata.uid ?? '')

/** The indexes of pods that have one. */
export const indexesOf = (pods: readonly Pod[]): Indexes =>
  indexSet(pods.map(indexOf).filter((index) => index !== undefined))

function failsIndex(job: Job, pod: Pod): boolean {
  if (!hasFailed(pod, job)) return false
  const { means } = failureOf(job, pod)
  if (means === 'fail-index') return true
  return means !== 'ignore' && failuresBefore(pod).counted >= (job.spec?.backoffLimitPerIndex ?? 0)
}

/** Of each index the pod that failed last: the one with the most failures before it. */
function lastFailures(failed: readonly Pod[]): Map<number, Pod> {
  const last = new Map<number, Pod>()
  const failuresOf = (pod: Pod) => failuresBefore(pod).counted + failuresBefore(pod).ignored
  for (const pod of failed) {
    const index = indexOf(pod) ?? 0
    const known = last.get(index)
    if (!known || (failuresOf(known) <= failuresOf(pod) && finishedAt(known) <= finishedAt(pod))) last.set(index, pod)
  }
  return last
}
