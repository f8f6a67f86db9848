/** What is asked of a job and of its pods, one at a time. Source: kubernetes pkg/controller/job, api batch/v1 types.go. */
import type { Job } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'

/** Holds a pod until its end was counted. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'
/** Which index a pod of an indexed job is for; a label of the same name says so too. */
export const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index'
/** How many pods of its index failed before a pod. */
export const FAILURES_ANNOTATION = 'batch.kubernetes.io/job-index-failure-count'
/** How many of its index failed before a pod and were not counted. */
export const IGNORED_ANNOTATION = 'batch.kubernetes.io/job-index-ignored-failure-count'

const OWN_MANAGER = 'kubernetes.io/job-controller'
const COUNT_MAX = 2 ** 31 - 1

/** True when another controller cares for it. */
export const isManagedElsewhere = ({ spec }: Job): boolean => (spec?.managedBy ?? OWN_MANAGER) !== OWN_MANAGER

/** True when each of its completions has a number. */
export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed'

/** True while it is told to run nothing. */
export const isSuspended = ({ spec }: Job): boolean => spec?.suspend === true

/** True when failures are counted for each index. */
export const hasLimitPerIndex = ({ spec }: Job): boolean => spec?.backoffLimitPerIndex !== undefined

/** True when a pod on its way out is made up for once it is gone, and not before. */
export const replacesOnlyFailed = ({ spec }: Job): boolean =>
  spec?.podReplacementPolicy === 'Failed' || spec?.podFailurePolicy !== undefined

/** True while a pod is held until it was counted. */
export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false

/** True when a pod succeeded. */
export const hasSucceeded = ({ status }: Pod): boolean => status?.phase === 'Succeeded'

/** True when a pod counts as failed: also one that is deleted, unless only failed ones are made up for. */
export function hasFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && !hasSucceeded(pod)
}

/** The index of a pod; undefined when it has none that can be read. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX_ANNOTATION] ?? ''
  return /^\+?\d+$/.test(text) ? Number(text) : undefined
}

/** The index of a pod of an indexed job, when it is one that the job has. */
export function validIndexOf(pod: Pod, { spec }: Job): number | undefined {
  const index = indexOf(pod)
  return index !== undefined && index < (spec?.completions ?? 0) ? index : undefined
}

/** How many pods of its index failed before it, and how many of them were not counted. */
export const failuresBefore = ({ metadata }: Pod): { readonly counted: number; readonly ignored: number } => ({
  counted: readCount(metadata.annotations?.[FAILURES_ANNOTATION]),
  ignored: readCount(metadata.annotations?.[IGNORED_ANNOTATION]),
})

function readCount(text = ''): number {
  const count = /^\+?\d+$/.test(text) ? Number(text) : 0
  return count > COUNT_MAX ? 0 : count
}
