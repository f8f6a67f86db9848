/**
 * What placement sees of a pod: everything that the rules ask for, and nothing that tells it from its siblings.
 *
 * Pods of one ReplicaSet have the same shape, the very same value: what was found out for one holds for all.
 */
import { filterOfSelector, type LabelSelector } from '@muster/api/selector/label-selector.ts'
import { type LabelFilter, matchesLabels } from '@muster/api/selector/labels.ts'
import type {
  NodeSelector,
  Pod,
  PodAffinityTerm,
  PodSpec,
  TopologySpreadConstraint,
  WeightedPodAffinityTerm,
} from '@muster/api/types/core-v1.ts'
import { type Amounts, takenAmounts, usualAmounts } from './amounts.ts'

/** What pods are the same in. */
export interface PodShape {
  readonly key: string
  /** The same for all who say the same of nodes. */
  readonly nodeKey: string
  /** The same for all who take the same. */
  readonly loadKey: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** Its node selector, affinity and tolerations, as they are written. */
  readonly spec: Pick<PodSpec, 'nodeSelector' | 'affinity' | 'tolerations'>
  readonly requests: Amounts
  /** What it is taken to use where nodes are compared. */
  readonly usual: { readonly cpu: number; readonly memory: number }
  readonly ports: readonly HostPort[]
  readonly together: readonly Term[]
  readonly apart: readonly Term[]
  /** Preferred terms of both kinds; those of anti-affinity weigh below zero. */
  readonly wishes: readonly Wish[]
  readonly spread: readonly Spread[]
  readonly volumes: VolumeNeeds
}

/** A port of the node. */
export interface HostPort {
  readonly protocol: string
  readonly ip: string
  readonly port: number
}

/** Pods that are meant, and the part of the cluster that counts as one place. */
export interface Term {
  readonly key: string
  readonly topologyKey: string
  readonly namespaces: ReadonlySet<string>
  /** Namespaces by their labels, besides those by name. */
  readonly namespaceFilter: LabelFilter
  readonly filter: LabelFilter
}

/** A term that is preferred. */
export interface Wish {
  readonly term: Term
  readonly weight: number
}

/** How evenly pods are spread. Source: core/v1 TopologySpreadConstraint, with its defaults. */
export interface Spread {
  readonly topologyKey: string
  readonly filter: LabelFilter
  readonly maxSkew: number
  readonly minDomains: number
  readonly honorsAffinity: boolean
  readonly honorsTaints: boolean
  readonly isHard: boolean
}

/** What the volumes of a pod ask of a node. */
export interface VolumeNeeds {
  /** Nodes from which each bound volume can be reached. */
  readonly reachable: readonly NodeSelector[]
  /** Why no node will do before a claim is in order. */
  readonly refusal?: string
}

/** For pods without claims. */
export const NO_VOLUMES: VolumeNeeds = { reachable: [] }

/** Gives pods their shapes. */
export interface Shapes {
  /** The shape of a pod. Throws BadRequest for one whose selectors or quantities cannot be read. */
  of(pod: Pod, volumes?: VolumeNeeds): PodShape
}

/** Far more than a cluster has kinds of pods; beyond it they are forgotten, and siblings stop being recognised for a while. */
export const SHAPES_MAX = 20_000

/** Remembers the shapes that it gave. */
export function createShapes(): Shapes {
  const known = new Map<string, PodShape>()
  return {
    of(pod, volumes = NO_VOLUMES) {
      const key = keyOf(pod, volumes)
      const found = known.get(key)
      if (found) return found
      if (known.size >= SHAPES_MAX) known.clear()
      const shape = readShape(pod, volumes, key)
      known.set(key, shape)
      return shape
    },
  }
}

/** True for a pod in a namespace with these labels that a term means. */
export const isMeant = (
  { namespaces, namespaceFilter, filter }: Term,
  { namespace, labels }: Pick<PodShape, 'namespace' | 'labels'>,
  namespaceLabels: Readonly<Record<string, string>>,
): boolean =>
  (namespaces.has(namespace) || matchesLabels(namespaceFilter, namespaceLabels)) && matchesLabels(filter, labels)

function keyOf({ metadata, spec, status }: Pod, volumes: VolumeNeeds): string {
  const { containers = [], initContainers = [] } = spec ?? {}
  const containerKey = (container: (typeof containers)[number]) => [
    container.resources?.requests,
    container.ports?.map(({ hostIP, hostPort, protocol }) => [hostIP, hostPort, protocol]),
    container.restartPolicy,
  ]
  return JSON.stringify([
    metadata.namespace,
    metadata.labels,
    spec?.nodeSelector,
    spec?.affinity,
    spec?.tolerations,
    spec?.topologySpreadConstraints,
    spec?.overhead,
    spec?.resources,
    containers.map(containerKey),
    initContainers.map(containerKey),
    // While it is resized, a pod takes what its containers hold still.
    status?.containerStatuses?.map(({ resources, allocatedResources }) => [resources, allocatedResources]),
    volumes,
  ])
}

function readShape(pod: Pod, volumes: VolumeNeeds, key: string): PodShape {
  const { metadata, spec = { containers: [] } } = pod
  const { namespace = '', labels = {} } = metadata
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  const terms = (list: readonly PodAffinityTerm[] = []) => list.map((term) => readTerm(term, namespace))
  const wishes = (list: readonly WeightedPodAffinityTerm[] = [], sign: 1 | -1) =>
    list.map(({ weight, podAffinityTerm }) => ({ weight: sign * weight, term: readTerm(podAffinityTerm, namespace) }))
  const nodes = pickNodes(spec)
  const load = { requests: takenAmounts(pod), usual: usualAmounts(pod), ports: hostPorts(spec) }
  return {
    key,
    nodeKey: JSON.stringify([nodes.nodeSelector, nodes.affinity?.nodeAffinity, nodes.tolerations, volumes.reachable]),
    loadKey: JSON.stringify(load),
    namespace,
    labels,
    spec: nodes,
    ...load,
    together: terms(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    apart: terms(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    wishes: [
      ...wishes(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...wishes(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
    spread: (spec.topologySpreadConstraints ?? []).map((constraint) => readSpread(constraint, labels)),
    volumes,
  }
}

/** What a pod says of nodes, and nothing in which its siblings may differ. */
const pickNodes = ({ nodeSelector, affinity, tolerations }: PodSpec): PodShape['spec'] => ({
  ...(nodeSelector ? { nodeSelector } : {}),
  ...(affinity ? { affinity } : {}),
  ...(tolerations ? { tolerations } : {}),
})

/** Ports of containers and of init containers that go on beside them. */
function hostPorts({ containers = [], initContainers = [] }: PodSpec): readonly HostPort[] {
  const running = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')]
  return running
    .flatMap(({ ports = [] }) => ports)
    .filter(({ hostPort = 0 }) => hostPort > 0)
    .map(({ protocol = 'TCP', hostIP = '', hostPort: port = 0 }) => ({ protocol, ip: hostIP || ANY_ADDRESS, port }))
}

/** A port of this address is one of every address. */
export const ANY_ADDRESS = '0.0.0.0'

/** Without namespaces and without a selector of namespaces, the pod's own is meant. */
function readTerm(term: PodAffinityTerm, own: string): Term {
  const { topologyKey, labelSelector, namespaces = [], namespaceSelector } = term
  const named = namespaces.length === 0 && !namespaceSelector ? [own] : namespaces
  return {
    key: JSON.stringify([topologyKey, named, namespaceSelector, labelSelector]),
    topologyKey,
    namespaces: new Set(named),
    namespaceFilter: filterOfSelector(namespaceSelector),
    filter: filterOfSelector(labelSelector),
  }
}

function readSpread(constraint: TopologySpreadConstraint, labels: Readonly<Record<string, string>>): Spread {
  const { topologyKey, labelSelector, matchLabelKeys = [], maxSkew, minDomains = 1 } = constraint
  const { nodeAffinityPolicy, nodeTaintsPolicy, whenUnsatisfiable } = constraint
  return {
    topologyKey,
    filter: filterOfSelector(alike(labelSelector, matchLabelKeys, labels)),
    maxSkew,
    minDomains,
    honorsAffinity: nodeAffinityPolicy !== 'Ignore',
    honorsTaints: nodeTaintsPolicy === 'Honor',
    isHard: whenUnsatisfiable === 'DoNotSchedule',
  }
}

/** The selector, of those alone that have the same values of these labels as the pod. Without a selector nothing is chosen. */
function alike(
  selector: LabelSelector | undefined,
  keys: readonly string[],
  labels: Readonly<Record<string, string>>,
): LabelSelector | undefined {
  const same = keys.flatMap((key) => {
    const value = labels[key]
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }]
  })
  return selector && { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...same] }
}
