/**
 * A pod that runs grows only on a node that can do it, and never beyond what the node has for pods.
 * Source: kubernetes plugin/pkg/admission/podresize.
 */
import { requestsOf } from '@muster/api/builtin/core/pod/pod-resources.ts'
import { goQuote } from '@muster/api/go-text.ts'
import { compareQuantities, countQuantity, parseQuantity } from '@muster/api/quantity.ts'
import type { Node, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { core, isKind } from '../../auth/reads.ts'
import { type AdmissionStep, refusal, withCause } from '../admission.ts'
import { below } from '../handles.ts'

const isPod = isKind<Pod>('v1', 'Pod')
const isNode = isKind<Node>('v1', 'Node')
const OS_LABEL = 'kubernetes.io/os'

/** The step. */
export const podResizeValidator: AdmissionStep = {
  name: 'PodResizeValidator',
  handles: below('', 'pods', 'resize', 'update'),
  validate: async (request, { reads }) => {
    if (request.verb !== 'update' || !isPod(request.object)) return undefined
    const { spec, metadata } = request.object
    // The generation counts changes of the spec.
    if (!spec?.nodeName || metadata.generation === request.old.metadata.generation) return undefined
    const node = await reads.get(core('nodes'), '', spec.nodeName)
    if (!node || !isNode(node)) throw refusal(request, `node ${goQuote(spec.nodeName)} not found`)
    const os = node.metadata.labels?.[OS_LABEL] ?? 'linux'
    if (os !== 'linux') {
      const why = `pod resize is only supported on linux nodes, node ${goQuote(spec.nodeName)} is ${goQuote(os)}`
      throw withCause(refusal(request, why), { reason: 'UnsupportedPlatform' })
    }
    const lacking = lackingOn(node, spec)
    if (lacking.length > 0) {
      const why = `node didn't have enough allocatable resources: ${lacking.join('; ')}`
      throw withCause(refusal(request, why), { reason: 'NodeCapacity' })
    }
    return undefined
  },
}

/** Thousandths of a CPU, and bytes. */
const UNITS = [
  ['cpu', -3],
  ['memory', 0],
] as const

function lackingOn({ status }: Node, spec: PodSpec): string[] {
  const requests = requestsOf(spec)
  return UNITS.flatMap(([name, unit]) => {
    const [asked, has] = [requests, status?.allocatable ?? {}].map((list) => parseQuantity(list[name] ?? '0'))
    if (!asked || !has || compareQuantities(asked, has) <= 0) return []
    return [`${name}, requested: ${countQuantity(asked, unit)}, allocatable: ${countQuantity(has, unit)}`]
  })
}
