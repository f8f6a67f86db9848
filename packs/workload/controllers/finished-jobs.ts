/** Deletes jobs that have been over for as long as they say; see `decide/finished-job.ts`. */
import { hasCode } from '@muster/base/errors.ts'
import { JOBS } from '@muster/client/kubernetes.ts'
import { type Controller, lookAgain, waitForChange } from '@muster/runtime/controller.ts'
import { timeToLive } from '../decide/finished-job.ts'

/** Looks at Jobs. */
export const finishedJobController: Controller = {
  name: 'ttl-after-finished-controller',
  watches: JOBS,
  async reconcile(key, { client, clock, informer }) {
    const shown = informer(JOBS).get(key)
    const left = shown && timeToLive(shown, clock.now())
    if (left === undefined) return waitForChange
    if (left > 0) return lookAgain(left)
    // The time may have been changed meanwhile: the newest job decides, and it alone is deleted.
    const job = await client.resource(JOBS).find(key)
    const newest = job && timeToLive(job, clock.now())
    if (!job || newest === undefined) return waitForChange
    if (newest > 0) return lookAgain(newest)
    const { uid = '', resourceVersion = '' } = job.metadata
    try {
      await client.resource(JOBS).delete(key, { uid, resourceVersion, propagationPolicy: 'Foreground' })
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error
    }
    return waitForChange
  },
}
