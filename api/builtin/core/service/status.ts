/** What a balancer says of a service. Source: kubernetes ValidateServiceStatusUpdate. */
import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '../../../field-error.ts'
import { readIP, validateLegacyIP } from '../../../ip-address.ts'
import { checkSubdomain } from '../../../names.ts'
import type { LoadBalancerIngress, Service } from '../../../types/core-v1.ts'

/** What is wrong with the status of a service. */
export function validateServiceStatus({ spec, status }: Service, old: Service): FieldError[] {
  const path = 'status.loadBalancer.ingress'
  const { ingress = [] } = status?.loadBalancer ?? {}
  if (spec?.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  const kept = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
  return ingress.flatMap((one, at) => validateIngress(one, index(path, at), kept))
}

const IP_MODES = ['Proxy', 'VIP']

function validateIngress({ ip, ipMode, hostname }: LoadBalancerIngress, path: string, kept: string[]): FieldError[] {
  const modePath = child(path, 'ipMode')
  return [
    ...(ip ? validateLegacyIP(child(path, 'ip'), ip, kept) : []),
    ...(ip && ipMode === undefined ? [required(modePath, 'must be specified when `ip` is set')] : []),
    ...(!ip && ipMode !== undefined ? [forbidden(modePath, 'may not be specified when `ip` is not set')] : []),
    ...(ip && ipMode !== undefined && !IP_MODES.includes(ipMode) ? [notSupported(modePath, ipMode, IP_MODES)] : []),
    ...(hostname ? validateHostname(child(path, 'hostname'), hostname) : []),
  ]
}

/** The name of a machine in DNS, which no address is. */
export const validateHostname = (path: string, hostname: string): FieldError[] => [
  ...checkSubdomain(hostname).map((why) => invalid(path, hostname, why)),
  ...(readIP(hostname) ? [invalid(path, hostname, 'must be a DNS name, not an IP address')] : []),
]
