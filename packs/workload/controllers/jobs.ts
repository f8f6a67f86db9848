/** Keeps jobs: their pods, and what is counted of them; see `decide/job/job.ts`. */
import { isJobFinished } from '@muster/api/builtin/batch/job/conditions.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Job, JobCondition } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { JOBS, PODS } from '@muster/client/kubernetes.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  lookAgain,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { type BackOff, NO_BACK_OFF } from '../decide/job/back-off.ts'
import { isManagedElsewhere, TRACKING_FINALIZER } from '../decide/job/facts.ts'
import { type Acted, type JobPlan, planJob, settleJob } from '../decide/job/job.ts'
import { candidates, claim } from './claim.ts'
import { releasePods } from './job-pods.ts'
import { writeJobStatus } from './job-status.ts'
import { createPod, deletePod, type PodActions } from './managed-pods.ts'
import { chooses, ownersOf } from './sets-of.ts'
import { slowStart } from './slow-start.ts'

/** Failures of jobs that go on, by uid. Forgotten when the controller begins anew, as in Kubernetes. */
type BackOffs = Map<string, BackOff>

/** Looks at Jobs. */
export const jobController: Controller = {
  name: 'job-controller',
  watches: JOBS,
  alsoWatches: [{ resource: PODS, keysOf: (pod, informer) => ownersOf(pod, JOBS, informer) }],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'job-controller' })
    const backOffs: BackOffs = new Map()
    return {
      changed(resource, change) {
        if (resource.plural !== JOBS.plural) return
        const job = (change.change === 'deleted' ? change.previous : change.object) as Job
        if (change.change === 'deleted' || isJobFinished(job)) backOffs.delete(job.metadata.uid ?? '')
      },
      reconcile: (key, context) => look(key, context, events, backOffs),
    }
  },
}

async function look(
  key: Key,
  { client, clock, informer }: ControllerContext,
  events: EventRecorder,
  backOffs: BackOffs,
): Promise<Verdict> {
  const job = informer(JOBS).get(key)
  if (!job || isManagedElsewhere(job) || isJobFinished(job)) return waitForChange
  const owner = { ref: JOBS, object: job, finalizer: TRACKING_FINALIZER }
  const isOurs = (pod: KubeObject) => chooses(job.spec?.selector, pod)
  const pods = await claim(client, owner, PODS, candidates(informer, PODS, job), isOurs)

  const uid = job.metadata.uid ?? ''
  const view = { job, pods, backOff: backOffs.get(uid) ?? NO_BACK_OFF, now: clock.now() }
  const plan = planJob(view)
  const { acted, failure } = await act({ owner: job, client, events }, plan)
  const { status, release, news } = settleJob(view, plan, acted)
  await writeJobStatus(client, job, status)
  if (plan.count.backOff !== NO_BACK_OFF) backOffs.set(uid, plan.count.backOff)
  for (const condition of news) tell(client, { ...job, status }, condition, events)
  await releasePods(client, release)
  if (failure !== undefined) throw failure
  return plan.lookAfter === undefined ? waitForChange : lookAgain(plan.lookAfter)
}

/** How far it went, and the first thing that went wrong. */
async function act(
  actions: PodActions,
  { step }: JobPlan,
): Promise<{ readonly acted: Acted; readonly failure?: unknown }> {
  const deleted: Pod[] = []
  let created = 0
  const remove = async (pod: Pod) => {
    if (step.do === 'delete') await releasePods(actions.client, [pod])
    await deletePod(actions, pod)
    deleted.push(pod)
  }
  const make = async (pod: Pod) => {
    await createPod(actions, pod)
    created++
  }
  let failure: unknown
  switch (step.do) {
    case 'create':
      await slowStart(step.pods, make).catch((error) => {
        failure = error
      })
      break
    case 'delete':
    case 'end': {
      for (const outcome of await Promise.allSettled(step.pods.map(remove))) {
        if (outcome.status === 'rejected') failure ??= outcome.reason
      }
      break
    }
    case 'nothing':
      break
    default:
      step satisfies never
  }
  return { acted: { created, deleted }, failure }
}

/** Says what people want to know of it. */
function tell(client: ControllerContext['client'], job: Job, condition: JobCondition, events: EventRecorder): void {
  const { type, reason = '', message = '' } = condition
  switch (type) {
    case 'Suspended':
      events.say(client, job, {
        type: 'Normal',
        reason: condition.status === 'True' ? 'Suspended' : 'Resumed',
        message,
      })
      return
    case 'Complete':
      if ((job.status?.succeeded ?? 0) > (job.spec?.completions ?? Number.POSITIVE_INFINITY)) {
        const message = 'Too many succeeded pods running after completion count reached'
        events.say(client, job, { type: 'Warning', reason: 'TooManySucceededPods', message })
      }
      events.say(client, job, { type: 'Normal', reason: 'Completed', message: 'Job completed' })
      return
    case 'Failed':
      events.say(client, job, { type: 'Warning', reason, message })
  }
}
