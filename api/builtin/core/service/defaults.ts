/** What a service is when it does not say. Source: kubernetes pkg/apis/core/v1 SetDefaults_Service. */
import type { Service, ServiceSpec } from '../../../types/core-v1.ts'
import { isExternallyAccessible } from './traffic.ts'

/** How long a client keeps its pod, in seconds. Source: kubernetes DefaultClientIPServiceAffinitySeconds. */
export const AFFINITY_SECONDS = 3 * 60 * 60

/** Fills in what is not said. */
export function defaultService(service: Service): void {
  service.spec ??= {}
  const { spec } = service
  spec.sessionAffinity ||= 'None'
  defaultAffinity(spec)
  spec.type ||= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    if (!port.targetPort) port.targetPort = port.port
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster'
  if (spec.type !== 'ExternalName' && IN_CLUSTER.has(spec.type)) spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type !== 'LoadBalancer') return
  spec.allocateLoadBalancerNodePorts ??= true
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP'
}

const IN_CLUSTER = new Set(['ClusterIP', 'NodePort', 'LoadBalancer'])

function defaultAffinity(spec: ServiceSpec): void {
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity !== 'ClientIP') return
  if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } }
}
