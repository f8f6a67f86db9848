/** Keeps the status of PodDisruptionBudgets, by which evictions are allowed; see `decide/disruption-budget.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import { sayLabelSelector } from '@muster/api/selector/say-label-selector.ts'
import type { Pod, PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '@muster/api/types/policy-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { DISRUPTION_BUDGETS, PODS } from '@muster/client/kubernetes.ts'
import { byNamespace } from '@muster/client/picture.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  keyOf,
  lookAgain,
  type Pictures,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { closedStatus, countsOwners, decideBudget } from '../decide/disruption-budget.ts'
import { isPodReady } from '../pods.ts'
import { messageOf } from './managed-pods.ts'
import { SCALED, scaleOfOwners } from './owner-scale.ts'
import { chooses } from './sets-of.ts'

/** The budgets that a pod is under. */
export const budgetsOf = (pod: KubeObject, informer: Pictures): readonly PodDisruptionBudget[] =>
  [...informer(DISRUPTION_BUDGETS).by(byNamespace, pod.metadata.namespace ?? '')].filter(({ spec }) =>
    chooses(spec?.selector, pod),
  )

interface Templated extends KubeObject {
  spec?: { replicas?: number; template?: PodTemplateSpec }
}

/** The budgets of the pods that an owner makes. */
function budgetsOfOwner(owner: Templated, informer: Pictures): readonly Key[] {
  const { namespace = '' } = owner.metadata
  const { labels } = owner.spec?.template?.metadata ?? {}
  const pod = { ...owner, metadata: { namespace, ...(labels ? { labels } : {}) } }
  return budgetsOf(pod, informer).filter(countsOwners).map(keyOf)
}

/** Looks at PodDisruptionBudgets. */
export const disruptionBudgetController: Controller = {
  name: 'disruption-controller',
  watches: DISRUPTION_BUDGETS,
  alsoWatches: [
    {
      resource: PODS,
      keysOf: (pod, informer) => budgetsOf(pod, informer).map(keyOf),
      ignores: (previous, pod) => sightOf(previous as Pod) === sightOf(pod as Pod),
    },
    ...SCALED.map((resource) => ({
      resource,
      keysOf: budgetsOfOwner,
      ignores: (previous: Templated, owner: Templated) => previous.spec?.replicas === owner.spec?.replicas,
    })),
  ],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'controllermanager' })
    return { changed: () => {}, reconcile: (key, context) => look(key, context, events) }
  },
}

/** All of a pod that a budget may care for. */
const sightOf = (pod: Pod): string => {
  const { labels, deletionTimestamp, uid, ownerReferences } = pod.metadata
  return JSON.stringify([labels, deletionTimestamp, uid, ownerReferences, isPodReady(pod)])
}

async function look(key: Key, context: ControllerContext, events: EventRecorder): Promise<Verdict> {
  const { client, informer, clock } = context
  const budget = informer(DISRUPTION_BUDGETS).get(key)
  if (!budget) return waitForChange
  try {
    return await count(budget, context, events)
  } catch (error) {
    // Somebody wrote it meanwhile, as an eviction does: the next look counts with that.
    if (hasCode(error, 'Conflict')) throw error
    const closed = closedStatus(budget, messageOf(error), clock.now())
    if (closed) await write(client, budget, closed)
    throw error
  }
}

async function count(budget: PodDisruptionBudget, context: ControllerContext, events: EventRecorder): Promise<Verdict> {
  const { client, informer, clock } = context
  const { namespace = '', name } = budget.metadata
  const say = (type: 'Normal' | 'Warning', reason: string, message: string, about: KubeObject = budget) =>
    events.say(client, about, { type, reason, message })

  const pods = [...informer(PODS).by(byNamespace, namespace)].filter((pod) => chooses(budget.spec?.selector, pod))
  if (pods.length === 0) say('Normal', 'NoPods', 'No matching pods found')
  let wanted = 0
  if (countsOwners(budget)) {
    try {
      const scale = await scaleOfOwners(client, informer, pods)
      wanted = scale.wanted
      if (scale.unmanaged.length > 0) say('Warning', 'UnmanagedPods', sayUnmanaged(budget))
    } catch (error) {
      const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`
      say('Warning', 'CalculateExpectedPodCountFailed', message)
      throw error
    }
  }
  const { status, undeleted, lookAgainAfter } = decideBudget({ budget, pods, wanted, now: clock.now() })
  for (const pod of undeleted)
    say('Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`, pod)
  if (status) await write(client, budget, status)
  return lookAgainAfter === undefined ? waitForChange : lookAgain(lookAgainAfter)
}

const sayUnmanaged = ({ spec }: PodDisruptionBudget): string =>
  `Pods selected by this PodDisruptionBudget (selector: ${sayLabelSelector(spec?.selector ?? {})}) were found ` +
  'to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined ' +
  'behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'

/** Throws Conflict when it changed meanwhile: an eviction that was just allowed must not be allowed twice. */
async function write(
  client: Client,
  { metadata, status: known = {} }: PodDisruptionBudget,
  status: PodDisruptionBudgetStatus,
): Promise<void> {
  const { name = '', namespace = '', uid, resourceVersion } = metadata
  const { disruptedPods } = status
  const gone = Object.fromEntries(Object.keys(known.disruptedPods ?? {}).map((pod) => [pod, null]))
  const value = {
    metadata: { uid, resourceVersion },
    status: { ...status, ...(disruptedPods ? { disruptedPods: { ...gone, ...disruptedPods } } : {}) },
  }
  await client
    .resource(DISRUPTION_BUDGETS)
    .patch({ namespace, name }, { patch: 'merge', value }, { subresource: 'status' })
}
