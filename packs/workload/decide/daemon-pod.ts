/**
 * The pod of a DaemonSet for one node, and on which nodes it may be.
 *
 * The pod asks for its node by name, so that the scheduler binds it. It bears the taints of nodes in trouble: what every
 * node needs must not leave it then. Source: kubernetes pkg/controller/daemon/util/daemonset_util.go.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { matchesRequiredAffinity } from '@muster/api/scheduling/node-affinity.ts'
import { findUntoleratedTaint } from '@muster/api/scheduling/tolerations.ts'
import type { DaemonSet } from '@muster/api/types/apps-v1.ts'
import type { Affinity, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from '@muster/api/types/core-v1.ts'
import { podFromTemplate } from '../pods.ts'
import { REVISION_HASH_LABEL } from './revisions.ts'

/** Whether a pod should be on a node: made there, left there when it is there already, or neither. */
export type Fit = 'run' | 'stay' | 'none'

/** A rule that tells of each node how a set's pods fit it. */
export function fitOf({ spec }: DaemonSet): (node: Node) => Fit {
  const template = spec?.template.spec
  const tolerations = tolerationsOf(template)
  return (node) => {
    const isNamed = !template?.nodeName || template.nodeName === node.metadata.name
    if (!isNamed || !matchesRequiredAffinity(template ?? {}, node)) return 'none'
    const taints = node.spec?.taints
    if (!findUntoleratedTaint(taints, tolerations, ['NoExecute', 'NoSchedule'])) return 'run'
    return findUntoleratedTaint(taints, tolerations, ['NoExecute']) ? 'none' : 'stay'
  }
}

/** The pod of a set for a node, of the revision of a hash. */
export function daemonPod(set: DaemonSet, hash: string, node: string): Pod {
  const template: PodTemplateSpec = set.spec?.template ?? {}
  const generation = templateGeneration(set)
  const { metadata, ...pod } = podFromTemplate(template, set)
  return {
    ...pod,
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
        [REVISION_HASH_LABEL]: hash,
      },
    },
    spec: {
      containers: [],
      ...template.spec,
      tolerations: tolerationsOf(template.spec),
      affinity: affinityTo(node, template.spec?.affinity),
    },
  }
}

/** True for a pod of the revision of a hash, or of the template's generation, as they were labelled before there were revisions. */
export function isUpdated({ metadata: { labels = {} } }: Pod, set: DaemonSet, hash: string): boolean {
  const generation = templateGeneration(set)
  return labels[REVISION_HASH_LABEL] === hash || (generation !== undefined && labels[GENERATION_LABEL] === generation)
}

/** The node that a pod is on, or is for; undefined for one that no DaemonSet made. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const asked = (required?.nodeSelectorTerms ?? [])
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key, operator }) => key === 'metadata.name' && operator === 'In')
  return asked?.values?.length === 1 ? asked.values[0] : undefined
}

const GENERATION_LABEL = 'pod-template-generation'
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'

function templateGeneration({ metadata }: KubeObject): string | undefined {
  const text = metadata.annotations?.[GENERATION_ANNOTATION] ?? ''
  return /^[+-]?\d+$/.test(text) ? String(BigInt(text)) : undefined
}

const TAINTS_BORNE: readonly (readonly [key: string, effect: string])[] = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
]

function tolerationsOf(spec: PodSpec | undefined): Toleration[] {
  const borne = spec?.hostNetwork ? [...TAINTS_BORNE, ['network-unavailable', 'NoSchedule'] as const] : TAINTS_BORNE
  return borne.reduce<Toleration[]>(
    (tolerations, [key, effect]) =>
      putToleration(tolerations, { key: `node.kubernetes.io/${key}`, operator: 'Exists', effect }),
    [...(spec?.tolerations ?? [])],
  )
}

/** In the place of one of the same taint, which may be for a time only. */
function putToleration(tolerations: readonly Toleration[], put: Toleration): Toleration[] {
  const isSame = ({ key, operator, effect, value }: Toleration) =>
    key === put.key && operator === put.operator && effect === put.effect && !value
  return tolerations.some(isSame) ? tolerations.map((one) => (isSame(one) ? put : one)) : [...tolerations, put]
}

/** What the template asks of nodes was judged already; now it is this node. */
function affinityTo(node: string, affinity: Affinity | undefined): Affinity {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  }
}
