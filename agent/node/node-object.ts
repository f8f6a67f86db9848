/** The node as the API has it. Pure. Source: core/v1 Node; kubelet pkg/kubelet/nodestatus/setters.go, whose messages these are. */
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import type { Node, NodeCondition, NodeStatus, NodeSystemInfo } from '@muster/api/types/core-v1.ts'

/** What is told of the machine. */
export interface NodeFacts {
  readonly name: string
  /** The first is what pods know as the address of their host. */
  readonly addresses: readonly string[]
  readonly capacity: Readonly<Record<string, string>>
  /** What pods may have of it. */
  readonly allocatable: Readonly<Record<string, string>>
  readonly region?: string
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  /** As Go names them: `linux`, `darwin`; `amd64`, `arm64`. */
  readonly os: string
  readonly arch: string
  readonly system: Pick<NodeSystemInfo, 'bootID' | 'kernelVersion' | 'machineID' | 'osImage' | 'systemUUID'>
  /** Of the driver, with its version: `process://0.1.0`. */
  readonly containerRuntime: string
  /** Where the agent answers for exec and logs; none when it does not. */
  readonly port?: number
}

/** Trouble of the node, for people; it is not ready while there is any. */
export type NodeTrouble = string | undefined

/** The labels that the agent keeps on its node; all others are others'. */
export const labelsOf = ({ name, os, arch, region, zone, labels }: NodeFacts): Record<string, string> => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': os,
  'kubernetes.io/arch': arch,
  'beta.kubernetes.io/os': os,
  'beta.kubernetes.io/arch': arch,
  ...(region ? { 'topology.kubernetes.io/region': region } : {}),
  ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}),
  ...labels,
})

/** The status, with conditions that change when they change. `now` is RFC 3339. */
export function nodeStatus(facts: NodeFacts, trouble: NodeTrouble, before: NodeStatus, now: string): NodeStatus {
  const own = conditions(trouble).map((condition): NodeCondition => {
    const old = before.conditions?.find(({ type }) => type === condition.type)
    const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now
    return { ...condition, lastHeartbeatTime: now, lastTransitionTime }
  })
  const { name, addresses, capacity, allocatable, os, arch, system, containerRuntime, port } = facts
  return {
    addresses: [...addresses.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: name }],
    allocatable: { ...allocatable },
    capacity: { ...capacity },
    conditions: own,
    ...(port === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: port } } }),
    nodeInfo: {
      architecture: arch,
      containerRuntimeVersion: containerRuntime,
      kubeProxyVersion: '',
      kubeletVersion: KUBERNETES_VERSION,
      operatingSystem: os,
      ...system,
    },
  }
}

function conditions(trouble: NodeTrouble): readonly Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>[] {
  const fine = (type: string, reason: string, message: string) => ({ type, status: 'False', reason, message })
  return [
    fine('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    fine('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    fine('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    trouble === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: trouble },
  ]
}

/** The node as it is made first. */
export const newNode = (facts: NodeFacts, trouble: NodeTrouble, now: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: facts.name, labels: labelsOf(facts) },
  spec: {},
  status: nodeStatus(facts, trouble, {}, now),
})
