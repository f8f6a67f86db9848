/**
 * What a runtime class asks of its pods: overhead that is reserved for each, and nodes that can run it.
 * Source: kubernetes plugin/pkg/admission/runtimeclass, pkg/util/tolerations.
 */
import { goQuote } from '@muster/api/go-text.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Pod, PodSpec, Toleration } from '@muster/api/types/core-v1.ts'
import type { RuntimeClass } from '@muster/api/types/node-v1.ts'
import { isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'
import { itself } from '../handles.ts'

const isPod = isKind<Pod>('v1', 'Pod')
const isRuntimeClass = isKind<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass')

/** The step. */
export const runtimeClass: AdmissionStep = {
  name: 'RuntimeClass',
  handles: itself('', 'pods', 'create'),
  mutate: async (request, context) => {
    if (!('object' in request) || !isPod(request.object) || !request.object.spec) return undefined
    const { spec } = request.object
    const found = await classOf(request, spec, context)
    const fixed = found?.overhead?.podFixed
    if (found?.overhead) {
      if (!sameMeaning(spec.overhead, {}) && !sameMeaning(spec.overhead, fixed)) throw refusal(request, OTHER_OVERHEAD)
      if (fixed) spec.overhead = { ...fixed }
    }
    if (found?.scheduling) {
      selectNodes(request, spec, found.scheduling.nodeSelector)
      spec.tolerations = mergeTolerations([...(spec.tolerations ?? []), ...(found.scheduling.tolerations ?? [])])
    }
    return undefined
  },
  validate: async (request, context) => {
    if (!('object' in request) || !isPod(request.object) || !request.object.spec) return undefined
    const { spec } = request.object
    const found = await classOf(request, spec, context)
    if (found?.overhead) {
      if (!sameMeaning(spec.overhead, found.overhead.podFixed)) throw refusal(request, OTHER_OVERHEAD)
    } else if (spec.overhead) {
      throw refusal(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    }
    return undefined
  },
}

const OTHER_OVERHEAD = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"

async function classOf(
  request: AdmissionRequest,
  { runtimeClassName }: PodSpec,
  { reads }: AdmissionContext,
): Promise<RuntimeClass | undefined> {
  if (runtimeClassName === undefined) return undefined
  const found = await reads.get({ group: 'node.k8s.io', resource: 'runtimeclasses' }, '', runtimeClassName)
  if (found && isRuntimeClass(found)) return found
  throw refusal(request, `pod rejected: RuntimeClass ${goQuote(runtimeClassName)} not found`)
}

function selectNodes(request: AdmissionRequest, spec: PodSpec, wanted: Readonly<Record<string, string>> = {}): void {
  const selector = spec.nodeSelector ?? {}
  for (const [key, value] of Object.entries(wanted)) {
    const own = selector[key]
    if (own !== undefined && own !== value) {
      const asked = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}`
      throw refusal(request, `conflict: ${asked}; pod.spec.nodeSelector[${key}] = ${own}`)
    }
  }
  spec.nodeSelector = { ...selector, ...wanted }
}

/** Without those that another of them makes needless; of equal ones, the first stays. */
function mergeTolerations(all: readonly Toleration[]): Toleration[] {
  const merged: Toleration[] = []
  for (const [at, one] of all.entries()) {
    const isNeedless =
      merged.some((other) => includes(other, one)) ||
      all.slice(at + 1).some((other) => !sameMeaning(one, other) && includes(other, one))
    if (!isNeedless) merged.push(one)
  }
  return merged
}

/** True when `wide` tolerates whatever `narrow` does. */
function includes(wide: Toleration, narrow: Toleration): boolean {
  if (sameMeaning(wide, narrow)) return true
  const toleratesAll = (wide.key ?? '') === '' && wide.operator === 'Exists'
  if ((wide.key ?? '') !== (narrow.key ?? '') && !toleratesAll) return false
  if ((wide.effect ?? '') !== (narrow.effect ?? '') && (wide.effect ?? '') !== '') return false
  const { tolerationSeconds: longest } = wide
  if (wide.effect === 'NoExecute' && longest !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > longest) return false
  }
  if (wide.operator === 'Exists') return true
  return narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '')
}
