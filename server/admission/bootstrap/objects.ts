/**
 * What every logical cluster starts with, besides its roles (auth/policy): to be created where it is not there yet.
 * What every namespace holds (an account, the CA) is a controller's to make.
 * Source: kubernetes pkg/controlplane (systemnamespaces, kubernetesservice, defaultservicecidr), pkg/apis/scheduling/v1.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { ConfigMap, Namespace, Service } from '@muster/api/types/core-v1.ts'
import type { ServiceCIDR } from '@muster/api/types/networking-v1.ts'
import type { PriorityClass } from '@muster/api/types/scheduling-v1.ts'
import { flowControlObjects } from './flow-control.ts'

/** What a logical cluster is given at its start. */
export interface ClusterFacts {
  /** Whom its own clients are vouched for by, in PEM: told to extension API servers. */
  readonly clientAuthority: string
  /** Where services of the cluster get their addresses from. */
  readonly serviceCidr: string
  /** The first address of that: the API's own. */
  readonly apiAddress: string
  /** Where the API really listens. */
  readonly apiPort: number
}

/** Namespaces that every cluster has, and gets back when they are deleted. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'default'] as const

/** In the order in which they can be created. */
export const bootstrapObjects = (facts: ClusterFacts): readonly KubeObject[] => [
  ...SYSTEM_NAMESPACES.map(namespaceNamed),
  ...PRIORITY_CLASSES.map((given) => ({ ...given, metadata: { ...given.metadata } })),
  ...flowControlObjects(),
  serviceCidrOf(facts),
  authenticationOf(facts),
  serviceOf(facts),
]

const namespaceNamed = (name: string): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
})

const HIGHEST_OF_USERS = 1_000_000_000

const PRIORITY_CLASSES: readonly PriorityClass[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2 * HIGHEST_OF_USERS + 1000,
    description: 'Used for system critical pods that must not be moved from their current node.',
    preemptionPolicy: 'PreemptLowerPriority',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2 * HIGHEST_OF_USERS,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    preemptionPolicy: 'PreemptLowerPriority',
  },
]

const serviceCidrOf = ({ serviceCidr }: ClusterFacts): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: [serviceCidr] },
})

const authenticationOf = ({ clientAuthority }: ClusterFacts): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: { 'client-ca-file': clientAuthority },
})

const serviceOf = ({ apiAddress, apiPort }: ClusterFacts): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: apiPort }],
    clusterIP: apiAddress,
    clusterIPs: [apiAddress],
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  },
})
