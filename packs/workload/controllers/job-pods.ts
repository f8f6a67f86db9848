/** Lets pods of jobs go: those that were counted, and those whose job is no more; see `decide/job/status.ts`. */
import { isJobFinished } from '@muster/api/builtin/batch/job/conditions.ts'
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { Job } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { JOBS, PODS } from '@muster/client/kubernetes.ts'
import { byController } from '@muster/client/picture.ts'
import { type Controller, keyOf, waitForChange } from '@muster/runtime/controller.ts'
import { isManagedElsewhere, isTracked, TRACKING_FINALIZER } from '../decide/job/facts.ts'
import { withoutFinalizer } from './claim.ts'

/** Takes off what holds them. Throws the first failure, once all were tried; what is gone is held by nobody. */
export async function releasePods(client: Client, pods: readonly Pod[]): Promise<void> {
  const outcomes = await Promise.allSettled(pods.filter(isTracked).map((pod) => releasePod(client, pod)))
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

async function releasePod(client: Client, { metadata }: Pod): Promise<void> {
  const { name = '', namespace = '', uid } = metadata
  const value = { metadata: { uid, ...withoutFinalizer(TRACKING_FINALIZER) } }
  try {
    await client.resource(PODS).patch({ namespace, name }, { patch: 'strategic', value })
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}

/** Looks at pods that are held for a job which will not count them: it is gone or over, or let them go. */
export const jobOrphanController: Controller = {
  name: 'job-orphan-controller',
  watches: PODS,
  keysOf: (pod) => (isTracked(pod as Pod) ? [keyOf(pod)] : []),
  alsoWatches: [
    {
      resource: JOBS,
      keysOf: (job, informer) =>
        [...informer(PODS).by(byController, job.metadata.uid ?? '')].filter(isTracked).map(keyOf),
      ignores: (previous, job) => isJobFinished(previous as Job) === isJobFinished(job as Job),
    },
  ],
  async reconcile(key, { client, informer }) {
    const pod = informer(PODS).get(key)
    if (!pod || !isTracked(pod)) return waitForChange
    const owner = controllerOf(pod.metadata)
    if (owner) {
      if (owner.kind !== JOBS.kind || owner.apiVersion !== 'batch/v1') return waitForChange
      const name = { namespace: key.namespace, name: owner.name }
      const isItsOwn = (job: Job | undefined): job is Job => job?.metadata.uid === owner.uid
      const shown = informer(JOBS).get(name)
      // The picture of jobs may be behind that of pods: only the server knows that there is none.
      const job = isItsOwn(shown) ? shown : await client.resource(JOBS).find(name)
      if (isItsOwn(job) && (isManagedElsewhere(job) || !isJobFinished(job))) return waitForChange
    }
    await releasePods(client, [pod])
    return waitForChange
  },
}
