/**
 * A new node takes no pods before it was seen to be ready: the node controller takes the taint away.
 * Source: kubernetes plugin/pkg/admission/nodetaint.
 */
import type { Node } from '@muster/api/types/core-v1.ts'
import { isKind } from '../../auth/reads.ts'
import type { AdmissionStep } from '../admission.ts'
import { itself } from '../handles.ts'

const isNode = isKind<Node>('v1', 'Node')
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

/** The step. */
export const taintNodesByCondition: AdmissionStep = {
  name: 'TaintNodesByCondition',
  handles: itself('', 'nodes', 'create'),
  mutate: (request) => {
    if (!('object' in request) || !isNode(request.object)) return undefined
    const node = request.object
    const taints = node.spec?.taints ?? []
    const isTainted = taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)
    if (!isTainted) node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] }
    return undefined
  },
}
