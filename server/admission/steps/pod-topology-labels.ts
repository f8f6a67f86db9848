/**
 * A pod that is given a node carries the zone and the region of that node.
 * Source: kubernetes plugin/pkg/admission/podtopologylabels.
 */
import type { Binding, Pod } from '@muster/api/types/core-v1.ts'
import { core, isKind } from '../../auth/reads.ts'
import type { AdmissionStep } from '../admission.ts'

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']
const isPod = isKind<Pod>('v1', 'Pod')
const isBinding = isKind<Binding>('v1', 'Binding')

/** The step. A Binding's labels become those of its pod. */
export const podTopologyLabels: AdmissionStep = {
  name: 'PodTopologyLabels',
  handles: (verb, { group, resource }, subresource) =>
    verb === 'create' && group === '' && resource === 'pods' && (subresource === '' || subresource === 'binding'),
  mutate: async (request, { reads }) => {
    if (request.verb !== 'create') return undefined
    const { object } = request
    const nodeName = isPod(object) ? object.spec?.nodeName : isBinding(object) ? nodeOf(object) : undefined
    if (!nodeName) return undefined
    const node = await reads.get(core('nodes'), '', nodeName)
    const labels = Object.entries(node?.metadata.labels ?? {}).filter(([key]) => LABELS.includes(key))
    if (labels.length > 0) object.metadata.labels = { ...object.metadata.labels, ...Object.fromEntries(labels) }
    return undefined
  },
}

const nodeOf = ({ target }: Binding): string | undefined => (target.kind === 'Node' ? target.name : undefined)
