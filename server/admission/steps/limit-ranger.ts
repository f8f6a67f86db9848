/** Limit ranges of the namespace, for pods and claims. Source: kubernetes plugin/pkg/admission/limitranger. */
import { checkClaimLimits, checkPodLimits, defaultLimitsOf } from '@muster/api/builtin/core/limit-range/enforce.ts'
import { sayTogether } from '@muster/api/field-error.ts'
import type { LimitRange, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import { core, isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'

const LIMIT_RANGES = core('limitranges')
const isLimitRange = isKind<LimitRange>('v1', 'LimitRange')
const isPod = isKind<Pod>('v1', 'Pod')
const isClaim = isKind<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim')

/** The step. What containers ask for changes in no other way than by `resize`. */
export const limitRanger: AdmissionStep = {
  name: 'LimitRanger',
  handles: (verb, { group, resource }, subresource) => {
    if (group !== '') return false
    if (resource === 'pods')
      return subresource === 'resize' ? verb === 'update' : subresource === '' && verb === 'create'
    return resource === 'persistentvolumeclaims' && subresource === '' && (verb === 'create' || verb === 'update')
  },
  mutate: async (request, context) => {
    if (!('object' in request) || !isPod(request.object)) return undefined
    for (const range of await rangesOf(request, context)) defaultLimitsOf(range, request.object)
    return undefined
  },
  validate: async (request, context) => {
    if (!('object' in request)) return undefined
    const { object } = request
    const ranges = await rangesOf(request, context)
    for (const range of ranges) {
      const wrong = isPod(object)
        ? checkPodLimits(range, object)
        : isClaim(object)
          ? checkClaimLimits(range, object)
          : []
      if (wrong.length > 0) throw refusal(request, sayTogether(wrong))
    }
    return {
      guards: ranges.map(({ metadata: { name = '', resourceVersion = '' } }) => ({
        resource: LIMIT_RANGES,
        namespace: request.namespace,
        name,
        resourceVersion,
      })),
    }
  },
}

/** By name. What is on its way out is left in peace. */
async function rangesOf(request: AdmissionRequest, { reads }: AdmissionContext): Promise<LimitRange[]> {
  if ('old' in request && request.old.metadata.deletionTimestamp) return []
  return (await reads.list(LIMIT_RANGES, request.namespace)).filter(isLimitRange)
}
