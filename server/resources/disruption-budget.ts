/**
 * Whether a PodDisruptionBudget lets a pod go, and what is left of it then.
 * Source: kubernetes pkg/registry/core/pod/storage/eviction.go checkAndDecrement.
 */
import { recordUpdate } from '@muster/api/apply/record-update.ts'
import { oneVersion } from '@muster/api/apply/versions.ts'
import { findCondition, setCondition } from '@muster/api/conditions.ts'
import { forbidden, statusOf, tooManyRequests } from '@muster/api/status.ts'
import { typeSchemaOf } from '@muster/api/tables/schemas.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '@muster/api/types/policy-v1.ts'
import { ControlError } from '@muster/base/errors.ts'

/** Evictions that the controller of budgets has not noticed yet; beyond it something is wrong with that controller. */
export const DISRUPTED_PODS_MAX = 2000
/** In seconds: as soon as the controller has looked. */
const RETRY_AFTER_SECONDS = 10

const BUDGETS = { group: 'policy', resource: 'poddisruptionbudget' }
const VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."
const DISRUPTION_ALLOWED = 'DisruptionAllowed'

/** True for a pod that disrupts nothing when it goes: it has ended, has not begun, or is on its way. */
export const goesFreely = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || FREE_PHASES.has(status?.phase ?? '')
const FREE_PHASES: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Pending'])

/** True for a pod that is no loss: it is not ready, and its budget says that such a pod may go. */
export function isNoLoss({ status }: Pod, { spec, status: budget }: PodDisruptionBudget): boolean {
  if (status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = budget ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

/** The budget after one more pod of it goes. Throws TooManyRequests or Forbidden when it does not let it. */
export function spend(budget: PodDisruptionBudget, podName: string, now: string): PodDisruptionBudget {
  const { metadata, status = {} } = budget
  const { name = '', generation = 0 } = metadata
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {}, conditions } = status
  if (observedGeneration < generation) throw stillProcessed(name)
  if (disruptionsAllowed < 0) throw forbidden(BUDGETS, name, 'pdb disruptions allowed is negative')
  if (Object.keys(disruptedPods).length > DISRUPTED_PODS_MAX) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'
    throw forbidden(BUDGETS, name, why)
  }
  if (disruptionsAllowed === 0) throw violation(whyNone(budget), 0)
  const exhausted = {
    type: DISRUPTION_ALLOWED,
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    observedGeneration,
  } as const
  const next: PodDisruptionBudget = {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [podName]: now },
      ...(disruptionsAllowed === 1 ? { conditions: [...setCondition(conditions, exhausted, now)] } : {}),
    },
  }
  const entries = recordUpdate({
    live: budget,
    next,
    manager: 'kube-apiserver',
    subresource: 'status',
    now,
    versions: VERSIONS,
  })
  return entries ? { ...next, metadata: { ...metadata, managedFields: entries } } : next
}

const VERSIONS = oneVersion('policy/v1', typeSchemaOf('policy', 'v1', 'PodDisruptionBudget'))

/** Its controller has not looked at it as it is. */
export const stillProcessed = (budget: string): ControlError =>
  violation(`The disruption budget ${budget} is still being processed by the server.`, RETRY_AFTER_SECONDS)

function whyNone({ metadata: { name }, status = {} }: PodDisruptionBudget): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions } = status
  const condition = findCondition(conditions, DISRUPTION_ALLOWED)
  const refusal = condition?.status === 'False' && condition.message !== '' ? condition : undefined
  const closed = `The disruption budget ${name} does not allow evicting pods currently`
  if (refusal?.reason === 'SyncFailed') return `${closed} because it failed sync: ${refusal.message}`
  if (currentHealthy <= desiredHealthy)
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  return refusal ? `${closed} (${refusal.reason}): ${refusal.message}` : closed
}

function violation(message: string, retryAfterSeconds: number): ControlError {
  const error = tooManyRequests(VIOLATED, retryAfterSeconds)
  const status = statusOf(error)
  const details = { ...status.details, causes: [{ reason: 'DisruptionBudget', message }] }
  return new ControlError(error.code, VIOLATED, undefined, { ...status, details })
}
