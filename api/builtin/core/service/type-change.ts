/**
 * A service that changes its type loses what the new type has no use for, as long as the client did not also change it:
 * then it is an error, and not a leftover. Source: kubernetes pkg/registry/core/service/strategy.go.
 */

import { sameMeaning } from '../../../same-meaning.ts'
import type { Service, ServiceSpec } from '../../../types/core-v1.ts'
import { hasNodePorts, isExternallyAccessible, needsClusterIP, needsHealthCheckPort } from './traffic.ts'

/** Takes out of `service` what its type lacks and `old` had. */
export function dropWhatTypeLacks(service: Service, { spec: old = {} }: Service): void {
  const { spec = {} } = service
  const dropUnchanged = (...fields: (keyof ServiceSpec)[]) => {
    if (fields.every((field) => sameMeaning(spec[field], old[field]))) for (const field of fields) delete spec[field]
  }
  const loses = (has: (spec: ServiceSpec) => boolean) => has(old) && !has(spec)
  if (loses(needsClusterIP)) {
    dropUnchanged('clusterIP', 'clusterIPs')
    dropUnchanged('ipFamilies')
    dropUnchanged('ipFamilyPolicy')
  }
  if (loses(hasNodePorts) && nodePortsOf(spec).every((port) => nodePortsOf(old).includes(port))) {
    for (const port of spec.ports ?? []) delete port.nodePort
  }
  if (loses(needsHealthCheckPort)) dropUnchanged('healthCheckNodePort')
  if (loses(isBalanced)) {
    dropUnchanged('allocateLoadBalancerNodePorts')
    dropUnchanged('loadBalancerClass')
  }
  if (loses(isExternallyAccessible)) dropUnchanged('externalTrafficPolicy')
  // Nobody balances it any more, though whoever did may still be taking it down.
  if (!isBalanced(spec) && service.status) service.status = { ...service.status, loadBalancer: {} }
}

/** The ports that it has on every node. */
export const nodePortsOf = ({ ports = [] }: ServiceSpec): number[] => ports.flatMap(({ nodePort }) => nodePort || [])

const isBalanced = ({ type }: ServiceSpec): boolean => type === 'LoadBalancer'
