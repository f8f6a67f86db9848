/** Starts jobs by the clock; see `decide/cron-job.ts`. */
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { CronJob, Job } from '@muster/api/types/batch-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { CRON_JOBS, JOBS } from '@muster/client/kubernetes.ts'
import { byController } from '@muster/client/picture.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  lookAgain,
  ownerKey,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { planCronJob, started, without } from '../decide/cron-job.ts'
import { isNamespaceLeaving, messageOf } from './managed-pods.ts'
import { writeStatus } from './write-status.ts'

/** Looks at CronJobs. */
export const cronJobController: Controller = {
  name: 'cronjob-controller',
  watches: CRON_JOBS,
  alsoWatches: [{ resource: JOBS, keysOf: (job) => ownerKey(job, CRON_JOBS) }],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'cronjob-controller' })
    /** When schedules were changed, by uid. Forgotten when the controller begins anew, as in Kubernetes. */
    const changes = new Map<string, Instant>()
    return {
      changed(resource, change) {
        if (resource.plural !== CRON_JOBS.plural) return
        if (change.change === 'deleted') changes.delete(change.previous.metadata.uid ?? '')
        if (change.change !== 'updated') return
        const [before, after] = [(change.previous as CronJob).spec, (change.object as CronJob).spec]
        if (before.schedule === after.schedule && before.timeZone === after.timeZone) return
        changes.set(change.object.metadata.uid ?? '', deps.clock.now())
      },
      reconcile: (key, context) => look(key, context, events, changes),
    }
  },
}

async function look(
  key: Key,
  { client, clock, informer }: ControllerContext,
  events: EventRecorder,
  changes: ReadonlyMap<string, Instant>,
): Promise<Verdict> {
  const cronJob = informer(CRON_JOBS).get(key)
  if (!cronJob) return waitForChange
  const jobs = [...informer(JOBS).by(byController, cronJob.metadata.uid ?? '')]
  const missing = await missingJobs(client, cronJob, jobs)
  const changedAt = changes.get(cronJob.metadata.uid ?? '')
  const view = { cronJob, jobs, missing, now: clock.now(), ...(changedAt === undefined ? {} : { changedAt }) }
  const plan = planCronJob(view)
  for (const told of plan.told) events.say(client, cronJob, told)

  const remove = async (job: Job) => {
    await deleteJob(client, job)
    const { name = '' } = job.metadata
    events.say(client, cronJob, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${name}` })
  }
  let status = plan.status
  for (const job of plan.replaced) await remove(job)
  status = without(status, plan.replaced)
  if (plan.start) {
    const job = await startJob(client, cronJob, plan.start.job, events)
    if (job) status = started(status, plan.start.at, job)
  }
  await writeStatus(client, CRON_JOBS, cronJob, status)
  // Only now: by a job that is there, a time is known whose start was not written down yet.
  for (const job of plan.old) await remove(job)
  return plan.lookAfter === undefined ? waitForChange : lookAgain(plan.lookAfter)
}

/** Active jobs that the status names and nobody has: a picture may lag, so the server is asked. */
async function missingJobs(client: Client, { metadata, status }: CronJob, jobs: readonly Job[]): Promise<Set<string>> {
  const known = new Set(jobs.map((job) => job.metadata.uid))
  const unknown = (status?.active ?? []).filter(({ uid }) => !known.has(uid))
  const missing = new Set<string>()
  for (const { uid = '', name = '', namespace = metadata.namespace ?? '' } of unknown) {
    const job = await client.resource(JOBS).find({ namespace, name })
    if (job?.metadata.uid !== uid) missing.add(uid)
  }
  return missing
}

/**
 * The job, made now or before. Nothing where its name is somebody else's, who then is its controller; or where its
 * namespace is on its way out.
 */
async function startJob(client: Client, cronJob: CronJob, job: Job, events: EventRecorder): Promise<Job | undefined> {
  const { name = '', namespace = '' } = job.metadata
  try {
    const made = await client.resource(JOBS).create(job)
    events.say(client, cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` })
    return made
  } catch (error) {
    if (hasCode(error, 'AlreadyExists')) {
      // Ours, from a look whose last word was lost; or somebody else's.
      const found = await client.resource(JOBS).find({ namespace, name })
      if (found && controllerOf(found.metadata)?.uid === cronJob.metadata.uid) return found
      const message = `Job ${name} is there already, and belongs to somebody else`
      events.say(client, cronJob, { type: 'Warning', reason: 'FailedCreate', message })
      return undefined
    }
    if (isNamespaceLeaving(error)) return undefined
    const message = `Error creating job: ${messageOf(error)}`
    events.say(client, cronJob, { type: 'Warning', reason: 'FailedCreate', message })
    throw error
  }
}

async function deleteJob(client: Client, { metadata }: Job): Promise<void> {
  const { name = '', namespace = '', uid = '' } = metadata
  try {
    await client.resource(JOBS).delete({ namespace, name }, { uid, propagationPolicy: 'Background' })
  } catch (error) {
    // Gone, or another of that name.
    if (!hasCode(error, 'NotFound') && !hasCode(error, 'Conflict')) throw error
  }
}
