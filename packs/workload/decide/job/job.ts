/**
 * What is done about a job: pods first, then its status, then those of its pods are let go whose end the status knows.
 * Source: kubernetes pkg/controller/job.
 */
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Duration } from '@muster/base/clock.ts'
import { countJob, type JobCount, type JobView } from './count.ts'
import { COMPLETED, deadlineLeft, type End, endOf, isComplete } from './end.ts'
import { decidePods, type PodStep } from './pods.ts'
import { type JobOutcome, jobOutcome } from './status.ts'

/** What to do first. */
export interface JobPlan {
  readonly count: JobCount
  /** `end`: all pods are deleted, and count as the end of the job says. */
  readonly step: PodStep | { readonly do: 'end'; readonly pods: readonly Pod[] }
  readonly end: End | undefined
  /** When to look again though nothing changes. */
  readonly lookAfter?: Duration
}

/** Pods that were made, and those that were deleted. */
export interface Acted {
  readonly created: number
  readonly deleted: readonly Pod[]
}

/** What to do about the pods of a job that has not ended. */
export function planJob(view: JobView): JobPlan {
  const count = countJob(view)
  const end = endOf(view, count)
  if (end) return { count, end, step: { do: 'end', pods: count.active } }
  const isLeaving = view.job.metadata.deletionTimestamp !== undefined
  const step: PodStep = isLeaving ? { do: 'nothing' } : decidePods(view, count)
  const waits = [deadlineLeft(view.job, view.now), step.do === 'nothing' ? step.lookAfter : undefined]
  const some = waits.filter((wait) => wait !== undefined)
  return { count, end, step, ...(some.length === 0 ? {} : { lookAfter: Math.min(...some) as Duration }) }
}

/** What to write once the plan was acted on, as far as that went. */
export function settleJob(view: JobView, { count, step, end }: JobPlan, acted: Acted): JobOutcome {
  const isManaged = step.do !== 'end' && view.job.metadata.deletionTimestamp === undefined
  const done = { ...acted, isManaged }
  // What could not be deleted may still end in its own way: nothing is said before.
  if (step.do === 'end' && acted.deleted.length < step.pods.length) return jobOutcome(view, count, undefined, done)
  const active = count.active.length + acted.created - acted.deleted.length
  const reached = isComplete(view.job, count.succeeded, active) ? COMPLETED : undefined
  return jobOutcome(view, count, end ?? reached, done)
}
