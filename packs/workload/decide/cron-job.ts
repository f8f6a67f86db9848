/**
 * What is to be done for a CronJob now. Pure.
 *
 *     its jobs ──► what of them is told and counted ──► which time is due? ──► too late? suspended? another still runs?
 *                                                                                         └──► start, or wait
 *
 * Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go, utils.go; its messages.
 */

import { isJobFinished } from '@muster/api/builtin/batch/job/conditions.ts'
import { readSchedule, type Schedule, whyNoTimeZone } from '@muster/api/builtin/batch/schedule.ts'
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import { readTime, timestamp } from '@muster/api/time.ts'
import { zoneOffset } from '@muster/api/time-zone.ts'
import type { CronJob, CronJobStatus, Job } from '@muster/api/types/batch-v1.ts'
import type { ObjectReference } from '@muster/api/types/core-v1.ts'
import type { Duration, Instant } from '@muster/base/clock.ts'
import { nextTime } from './schedule-time.ts'

/** What is known. */
export interface CronView {
  readonly cronJob: CronJob
  /** All that it manages, ended ones too. */
  readonly jobs: readonly Job[]
  /** Uids of active jobs that the status names and that are nowhere to be found. */
  readonly missing: ReadonlySet<string>
  /** When its schedule was changed last, where that was seen: times before are those of another schedule. */
  readonly changedAt?: Instant
  readonly now: Instant
}

/** Something to be told of. */
export interface Told {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What to do, in this order. */
export interface CronPlan {
  readonly told: readonly Told[]
  /** To be deleted so that another may run. */
  readonly replaced: readonly Job[]
  /** To be made. */
  readonly start?: { readonly at: Instant; readonly job: Job }
  /** Ended long ago: to be deleted. */
  readonly old: readonly Job[]
  /** With what is known before anything is started or deleted. */
  readonly status: CronJobStatus
  readonly lookAfter?: Duration
}

/** More than so many missed times are told of: something is wrong with a clock, or was long away. */
const MISSED_MAX = 100
/** Looks come a little late rather than early. */
const DELTA = 100

/** Decides. */
export function planCronJob(view: CronView): CronPlan {
  const { cronJob, now } = view
  const counted = countJobs(view)
  const old = oldJobs(view)
  const common = { ...counted, old, replaced: [] as readonly Job[] }
  const also = (told: Told) => ({ ...common, told: [...counted.told, told] })
  const { schedule: text, timeZone: zone, suspend, startingDeadlineSeconds: deadline, concurrencyPolicy } = cronJob.spec
  if (cronJob.metadata.deletionTimestamp !== undefined) return { ...common, old: [] }
  const whyNoZone = zone === undefined ? undefined : whyNoTimeZone(zone)
  if (whyNoZone) return also(warning('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(zone)}: ${whyNoZone}`))
  if (suspend) return common
  const read = readSchedule(text)
  if ('why' in read) {
    return also(warning('UnparseableSchedule', `unparseable schedule: ${JSON.stringify(text)} : ${read.why}`))
  }
  const { schedule } = read
  const active = counted.status.active ?? []
  const due = mostRecent(view, schedule)
  const next = nextTime(schedule, due.at === undefined ? due.since : now, zone)
  const waiting = next === undefined ? {} : { lookAfter: (Math.max(0, next - now) + DELTA) as Duration }
  if (due.at === undefined) return { ...common, ...waiting }
  const told = [...counted.told]
  const isOver = deadline !== undefined && due.at + deadline * 1000 < now
  if (isOver) {
    told.push(warning('MissSchedule', `Missed scheduled time to start a job: ${timestamp(due.at)}`))
    return { ...common, ...waiting, told }
  }
  // With a deadline, what lies before it is not missed: it is over.
  if (due.missed > MISSED_MAX && deadline === undefined) {
    told.push(
      warning(
        'TooManyMissedTimes',
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      ),
    )
  }
  const job = jobAt(cronJob, due.at)
  const isStarted =
    active.some(({ name }) => name === job.metadata.name) || cronJob.status?.lastScheduleTime === timestamp(due.at)
  if (isStarted) return { ...common, ...waiting, told }
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    told.push(
      normal(
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      ),
    )
    return { ...common, ...waiting, told }
  }
  const uids = new Set(active.map(({ uid }) => uid))
  const replaced = concurrencyPolicy === 'Replace' ? view.jobs.filter(({ metadata }) => uids.has(metadata.uid)) : []
  return { ...common, ...waiting, told, replaced, start: { at: due.at, job } }
}

/** The status once a job was started. */
export const started = (status: CronJobStatus, at: Instant, job: Job): CronJobStatus => ({
  ...status,
  active: [...(status.active ?? []).filter(({ uid }) => uid !== job.metadata.uid), referenceTo(job)],
  lastScheduleTime: timestamp(at),
})

/** The status without jobs that were deleted. */
export function without(status: CronJobStatus, jobs: readonly Job[]): CronJobStatus {
  const uids = new Set(jobs.map(({ metadata }) => metadata.uid))
  return { ...status, active: (status.active ?? []).filter(({ uid }) => !uids.has(uid)) }
}

/** What the jobs tell: which of them are active still, and when one succeeded last. */
function countJobs({ cronJob, jobs, missing }: CronView): { readonly status: CronJobStatus; readonly told: Told[] } {
  const { active = [], ...status } = cronJob.status ?? {}
  const named = new Set(active.map(({ uid }) => uid))
  const ended = new Set<string | undefined>()
  const told: Told[] = []
  let succeeded = status.lastSuccessfulTime
  const forgotten: ObjectReference[] = []
  for (const job of jobs) {
    const { uid, name = '' } = job.metadata
    const over = endOf(job)
    if (!named.has(uid) && !over) {
      // Started by a look whose last word was lost; or by hand, which says nothing of a time.
      if (job.metadata.annotations?.[SCHEDULED_AT] !== undefined) forgotten.push(referenceTo(job))
      else told.push(warning('UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`))
    } else if (named.has(uid) && over) {
      ended.add(uid)
      told.push(normal('SawCompletedJob', `Saw completed job: ${name}, condition: ${over}`))
    }
    const at = over === 'Complete' ? job.status?.completionTime : undefined
    if (at && (!succeeded || Date.parse(at) > Date.parse(succeeded))) succeeded = at
  }
  for (const { uid = '', name = '' } of active) {
    if (missing.has(uid)) told.push(normal('MissingJob', `Active job went missing: ${name}`))
  }
  const left = active.filter(({ uid = '' }) => !ended.has(uid) && !missing.has(uid))
  return {
    status: { ...status, active: [...left, ...forgotten], ...(succeeded ? { lastSuccessfulTime: succeeded } : {}) },
    told,
  }
}

/** Beyond the limits of what is kept, of each kind of end, the oldest first. */
function oldJobs({ cronJob, jobs }: CronView): Job[] {
  const { successfulJobsHistoryLimit: succeeded, failedJobsHistoryLimit: failed } = cronJob.spec
  const beyond = (end: string, limit: number | undefined) => {
    if (limit === undefined) return []
    const ended = jobs.filter((job) => endOf(job) === end).toSorted(byStart)
    return ended.slice(0, Math.max(0, ended.length - limit))
  }
  return [...beyond('Complete', succeeded), ...beyond('Failed', failed)]
}

const byStart = (one: Job, other: Job): number => startOf(one) - startOf(other) || compareNames(one, other)
/** One that never started is younger than all. */
const startOf = ({ status }: Job): number => Date.parse(status?.startTime ?? '') || Number.MAX_SAFE_INTEGER
const compareNames = ({ metadata: { name: one = '' } }: Job, { metadata: { name: other = '' } }: Job): number =>
  one < other ? -1 : 1

/** How a job ended; undefined while it goes on. */
const endOf = (job: Job): string | undefined =>
  isJobFinished(job)
    ? job.status?.conditions?.find(
        ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
      )?.type
    : undefined

interface Due {
  /** The last time that has come since a job was started; undefined when none has. */
  readonly at?: Instant
  /** How many have come, about. */
  readonly missed: number
  /** From when on times were counted. */
  readonly since: Instant
}

/** Which time is due. */
function mostRecent({ cronJob, now, changedAt }: CronView, schedule: Schedule): Due {
  const { metadata, spec, status } = cronJob
  const began = instant(status?.lastScheduleTime) ?? instant(metadata.creationTimestamp) ?? now
  const since = Math.max(began, changedAt ?? 0) as Instant
  const next = (after: number) => nextTime(schedule, after as Instant, spec.timeZone)
  const first = next(since)
  if (first === undefined || now < first) return { missed: 0, since }
  const second = next(first)
  if (second === undefined || now < second) return { at: first, missed: 1, since }
  const between = second - first
  const missed = Math.floor((now - first) / between) + 1
  if (schedule.by === 'length') return { at: (first + (missed - 1) * between) as Instant, missed, since }
  // One look may find years to have passed: the last time is looked for from ever further back, and never from the first.
  for (let back = 2 * between; ; back *= 2) {
    const from = Math.max(first - 1, now - back)
    let at = next(from)
    if (at === undefined || at > now) continue
    for (let later = next(at); later !== undefined && later <= now; later = next(later)) at = later
    return { at, missed, since }
  }
}

/** The annotation of a job that says for which time it was made. Source: batch/v1 CronJobScheduledTimestampAnnotation. */
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

/** The job of a time. Its name follows from the time, so that nobody makes it twice. */
function jobAt(cronJob: CronJob, at: Instant): Job {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate
  const { name = '', namespace = '' } = cronJob.metadata
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(at / 60_000)}`,
      namespace,
      ...(metadata.labels ? { labels: { ...metadata.labels } } : {}),
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: inZone(at, cronJob.spec.timeZone) },
      ownerReferences: [controllerReference(cronJob)],
    },
    ...(spec ? { spec } : {}),
  }
}

/** In RFC 3339, with the offset of the zone: `2026-11-23T03:00:00+01:00`. */
function inZone(at: Instant, zone = ''): string {
  const offset = zoneOffset(zone, at) ?? 0
  if (offset === 0) return timestamp(at)
  const minutes = Math.abs(Math.round(offset / 60_000))
  const two = (number: number) => String(number).padStart(2, '0')
  const local = timestamp((at + offset) as Instant).slice(0, -1)
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const referenceTo = ({ apiVersion, kind, metadata }: Job): ObjectReference => {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = metadata
  return { apiVersion, kind, name, namespace, uid, resourceVersion }
}

const instant = (time: string | null | undefined): Instant | undefined => {
  const reading = readTime(time ?? '')
  return reading.read ? reading.at : undefined
}

const warning = (reason: string, message: string): Told => ({ type: 'Warning', reason, message })
const normal = (reason: string, message: string): Told => ({ type: 'Normal', reason, message })
