/** How long a job waits before it makes up for pods that failed. Source: kubernetes pkg/controller/job/backoff_utils.go. */
import { readTime } from '@muster/api/time.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { add, type Duration, type Instant, instant, minutes, seconds, since } from '@muster/base/clock.ts'

/** Failures since the last success, and when the last of them was. */
export interface BackOff {
  readonly failures: number
  readonly last: Instant | undefined
}

/** Nothing has failed. */
export const NO_BACK_OFF: BackOff = { failures: 0, last: undefined }

/** Source: kubernetes DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff. */
const FIRST: Duration = seconds(10)
const MAX: Duration = minutes(10)

/** What becomes of it with pods that have newly ended. A success forgives all failures before it. */
export function nextBackOff(before: BackOff, succeeded: readonly Pod[], failed: readonly Pod[]): BackOff {
  const failures = failed.map(finishedAt)
  const last = failures.length === 0 ? undefined : instant(Math.max(...failures))
  if (succeeded.length === 0) {
    return last === undefined ? before : { failures: before.failures + failures.length, last }
  }
  const success = Math.max(...succeeded.map(finishedAt))
  const later = failures.filter((at) => at > success)
  return { failures: later.length, last: later.length === 0 ? undefined : last }
}

/** What is left of the wait; zero when there is none. It doubles with each failure. */
export function backOffLeft({ failures, last }: BackOff, now: Instant): Duration {
  if (failures === 0 || last === undefined) return seconds(0)
  const wait = Math.min(FIRST * 2 ** (failures - 1), MAX)
  return Math.max(0, wait - since(last, now)) as Duration
}

/** When a pod ended, as well as can be told: it may have been deleted before anybody said so. */
export function finishedAt(pod: Pod): Instant {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False')
  const deleted = timeOf(deletionTimestamp)
  return (
    lastContainerEnd(pod) ??
    timeOf(ready?.lastTransitionTime) ??
    (deleted === undefined ? undefined : add(deleted, seconds(-deletionGracePeriodSeconds))) ??
    timeOf(creationTimestamp) ??
    instant(0)
  )
}

/** Undefined while one of them runs. A sidecar ends after the containers. */
function lastContainerEnd({ spec, status }: Pod): Instant | undefined {
  const sidecars = new Set(
    spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {}
  const all = [...containerStatuses, ...initContainerStatuses.filter(({ name }) => sidecars.has(name))]
  const ends = all.map(({ state }) => timeOf(state?.terminated?.finishedAt)).filter((at) => at !== undefined)
  return ends.length === 0 || ends.length < all.length ? undefined : instant(Math.max(...ends))
}

function timeOf(text: string | null | undefined): Instant | undefined {
  if (!text) return undefined
  const reading = readTime(text)
  return reading.read ? reading.at : undefined
}
