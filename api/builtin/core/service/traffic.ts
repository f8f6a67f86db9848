/** What a service needs, as its type says it. Source: kubernetes pkg/api/v1/service/util.go. */
import type { ServiceSpec } from '../../../types/core-v1.ts'

/** True when it can be reached from outside: only then has it a say about that traffic. */
export const isExternallyAccessible = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0)

/** True when balancers must be told which nodes have pods of it, through a port of its own. */
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** True when it has an address in the cluster, or would have one were it not headless. */
export const needsClusterIP = ({ type }: ServiceSpec): boolean =>
  type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer'

/** True when each of its ports is open on every node. */
export const needsNodePort = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
