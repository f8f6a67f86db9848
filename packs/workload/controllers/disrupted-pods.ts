/** Takes back what was said of pods that were to be sent away and never were; see `decide/pod-condition.ts`. */
import { goQuote } from '@muster/api/go-text.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import { DISRUPTION_BUDGETS, PODS } from '@muster/client/kubernetes.ts'
import { type Controller, lookAgain, waitForChange } from '@muster/runtime/controller.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { disruptionTarget, untilStale } from '../decide/pod-condition.ts'
import { budgetsOf } from './disruption-budgets.ts'

/** Looks at pods. Warns of those under several budgets too, since nobody can evict them. */
export const disruptedPodController: Controller = {
  name: 'disrupted-pods',
  watches: PODS,
  alsoWatches: [{ resource: DISRUPTION_BUDGETS, keysOf: () => [] }],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'controllermanager' })
    return {
      changed: () => {},
      async reconcile(key, { client, clock, informer }) {
        const pod = informer(PODS).get(key)
        if (!pod) return waitForChange
        const [budget, another] = budgetsOf(pod, informer)
        if (budget && another)
          events.say(client, pod, {
            type: 'Warning',
            reason: 'MultiplePodDisruptionBudgets',
            message: sayMultiple(pod, budget.metadata.name),
          })
        const wait = untilStale(pod, clock.now())
        if (wait === undefined) return waitForChange
        if (wait > 0) return lookAgain(wait)
        const { uid, resourceVersion } = pod.metadata
        const conditions = [disruptionTarget(pod, { status: 'False' }, clock.now())]
        const value = { metadata: { uid, resourceVersion }, status: { conditions } }
        try {
          await client.resource(PODS).patch(key, { patch: 'strategic', value }, { subresource: 'status' })
        } catch (error) {
          if (!hasCode(error, 'NotFound')) throw error
        }
        return waitForChange
      },
    }
  },
}

const sayMultiple = ({ metadata: { namespace = '', name = '' } }: Pod, chosen = ''): string =>
  `Pod ${goQuote(namespace)}/${goQuote(name)} matches multiple PodDisruptionBudgets.  Chose ${goQuote(chosen)} arbitrarily.`
