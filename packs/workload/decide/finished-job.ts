/** When a job that is over is deleted. Source: kubernetes pkg/controller/ttlafterfinished. */
import { readTime } from '@muster/api/time.ts'
import type { Job } from '@muster/api/types/batch-v1.ts'
import { add, type Duration, type Instant, seconds, since } from '@muster/base/clock.ts'

/** What is left until it is deleted, never below zero; undefined when it never is, or is on its way out already. */
export function timeToLive({ metadata, spec, status }: Job, now: Instant): Duration | undefined {
  const ttl = spec?.ttlSecondsAfterFinished
  if (ttl === undefined || metadata.deletionTimestamp !== undefined) return undefined
  const over = status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  const reading = readTime(over?.lastTransitionTime ?? '')
  if (!reading.read) return undefined
  return Math.max(0, since(now, add(reading.at, seconds(ttl)))) as Duration
}
