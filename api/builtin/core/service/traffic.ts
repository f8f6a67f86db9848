/** What a service needs, as its type says it. Source: kubernetes pkg/api/service/util.go. */
import type { ServiceSpec } from '../../../types/core-v1.ts'

/** True when it can be reached from outside: only then has it a say about that traffic. */
export const isExternallyAccessible = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0)

/** True when balancers must be told which nodes have pods of it, through a port of its own. */
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** True when it has an address in the cluster, or says that it wants none. */
export const needsClusterIP = ({ type }: ServiceSpec): boolean => type !== 'ExternalName'

/** True when its ports may be open on every node. */
export const hasNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'

/** True when each of its ports must be open on every node. */
export const needsNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)

/** What stands where an address would stand, when none is wanted. */
export const NO_CLUSTER_IP = 'None'

/** True when it has no address of its own by its own wish. */
export const isHeadless = ({ clusterIPs = [] }: ServiceSpec): boolean =>
  clusterIPs.length === 1 && clusterIPs[0] === NO_CLUSTER_IP
