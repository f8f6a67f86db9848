/** Nodes and pods for tests of placement, in few words. */
import type { Node, NodeSpec, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import type { Placement, WaitingPod } from './placement.ts'
import type { VolumeNeeds } from './pod-shape.ts'

/** The label of a zone. */
export const ZONE = 'topology.kubernetes.io/zone'
/** The label of a node's own name. */
export const HOST = 'kubernetes.io/hostname'

/** A node of four CPUs and ten pods, unless it says otherwise. */
export const nodeOf = (
  name: string,
  labels: Record<string, string> = {},
  spec: NodeSpec = {},
  allocatable: Record<string, string> = {},
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { [HOST]: name, ...labels } },
  spec,
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10', ...allocatable } },
})

/** A pod with one container. */
export const podOf = (
  name: string,
  requests: Record<string, string> = {},
  spec: Partial<PodSpec> = {},
  labels: Record<string, string> = { app: 'web' },
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name, labels },
  spec: { containers: [{ name: 'main', image: 'host/main', resources: { requests } }], ...spec },
})

/** A pod as placement sees it. */
export const seenBy = (placement: Placement, pod: Pod, volumes?: VolumeNeeds): WaitingPod => ({
  uid: pod.metadata.uid ?? '',
  namespace: pod.metadata.namespace ?? '',
  name: pod.metadata.name ?? '',
  shape: placement.shapes.of(pod, volumes),
  priority: pod.spec?.priority ?? 0,
  isTerminating: pod.metadata.deletionTimestamp !== undefined,
  isPreempted: false,
  startedAt: pod.status?.startTime ? Date.parse(pod.status.startTime) : 0,
  nominatedNode: pod.status?.nominatedNodeName ?? '',
  mayPreempt: pod.spec?.preemptionPolicy !== 'Never',
})
