/**
 * A pod's priority is that of its class; of the default class when it names none, and 0 when there is no such class.
 * Source: kubernetes plugin/pkg/admission/priority.
 */
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { PriorityClass } from '@muster/api/types/scheduling-v1.ts'
import { isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'

const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', resource: 'priorityclasses' }
const isPod = isKind<Pod>('v1', 'Pod')
const isPriorityClass = isKind<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass')

/** The step. */
export const priority: AdmissionStep = {
  name: 'Priority',
  handles: (verb, { group, resource }, subresource) =>
    subresource === '' &&
    (verb === 'create' || verb === 'update') &&
    ((group === '' && resource === 'pods') ||
      (group === PRIORITY_CLASSES.group && resource === PRIORITY_CLASSES.resource)),
  mutate: async (request, context) => {
    if (request.verb === 'create' && isPod(request.object)) await give(request, request.object, context)
    if (request.verb === 'update' && isPod(request.object) && isPod(request.old)) keep(request.object, request.old)
    return undefined
  },
  validate: async (request, { reads }) => {
    if ((request.verb !== 'create' && request.verb !== 'update') || !isPriorityClass(request.object)) return undefined
    if (!request.object.globalDefault) return undefined
    const known = defaultOf((await reads.list(PRIORITY_CLASSES, '')).filter(isPriorityClass))
    const isAnother = request.verb === 'create' || known?.metadata.name !== request.object.metadata.name
    if (known && isAnother) {
      const { name } = known.metadata
      throw refusal(request, `PriorityClass ${name} is already marked as default. Only one default can exist`)
    }
    return undefined
  },
}

async function give(request: AdmissionRequest, pod: Pod, { reads }: AdmissionContext): Promise<void> {
  const { spec } = pod
  if (!spec) return
  const { priorityClassName = '' } = spec
  const found = priorityClassName === '' ? undefined : await reads.get(PRIORITY_CLASSES, '', priorityClassName)
  if (priorityClassName !== '' && (!found || !isPriorityClass(found))) {
    throw refusal(request, `no PriorityClass with name ${priorityClassName} was found`)
  }
  const own =
    found && isPriorityClass(found)
      ? found
      : defaultOf((await reads.list(PRIORITY_CLASSES, '')).filter(isPriorityClass))
  const { value = 0, preemptionPolicy } = own ?? NONE
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refusal(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  }
  if (
    preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== preemptionPolicy
  ) {
    throw refusal(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    )
  }
  if (own?.metadata.name) spec.priorityClassName = own.metadata.name
  spec.priority = value
  if (preemptionPolicy !== undefined) spec.preemptionPolicy = preemptionPolicy
}

const NONE: Pick<PriorityClass, 'value' | 'preemptionPolicy'> = { value: 0, preemptionPolicy: 'PreemptLowerPriority' }

/** Clients send back what they were once given less of. */
function keep({ spec }: Pod, { spec: old }: Pod): void {
  if (!spec || !old) return
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined)
    spec.preemptionPolicy = old.preemptionPolicy
}

/** When two were made default at once, the lower one counts. */
const defaultOf = (classes: readonly PriorityClass[]): PriorityClass | undefined =>
  classes
    .filter(({ globalDefault }) => globalDefault)
    .reduce<PriorityClass | undefined>(
      (lowest, one) => (lowest && valueIn(lowest) <= valueIn(one) ? lowest : one),
      undefined,
    )

const valueIn = ({ value = 0 }: PriorityClass): number => value
