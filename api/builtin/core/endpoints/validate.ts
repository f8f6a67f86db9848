/** What endpoints may not say. Source: kubernetes ValidateEndpoints. */
import { child, type FieldError, type FieldPath, index, invalid, required } from '../../../field-error.ts'
import { validateLegacyIP, warnOfIP } from '../../../ip-address.ts'
import { checkLabel, checkLabelKey, checkSubdomain } from '../../../names.ts'
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '../../../types/core-v1.ts'
import { validatePortNumber, validateProtocol } from '../port-rules.ts'
import { validateReachableIP } from '../reachable-ip.ts'

/** What is wrong with each subset. */
export const validateSubsets = ({ subsets = [] }: Endpoints, isLoopback = false): FieldError[] =>
  subsets.flatMap((subset, at) => validateSubset(subset, index('subsets', at), isLoopback))

function validateSubset(
  { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset,
  path: FieldPath,
  isLoopback: boolean,
): FieldError[] {
  const isEmpty = addresses.length === 0 && notReadyAddresses.length === 0
  return [
    ...(isEmpty ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...addresses.flatMap((one, at) => validateAddress(one, index(child(path, 'addresses'), at), isLoopback)),
    ...notReadyAddresses.flatMap((one, at) =>
      validateAddress(one, index(child(path, 'notReadyAddresses'), at), isLoopback),
    ),
    ...ports.flatMap((port, at) => validatePort(port, ports.length > 1, index(child(path, 'ports'), at))),
  ]
}

const validateAddress = (
  { ip, hostname, nodeName }: EndpointAddress,
  path: FieldPath,
  isLoopback: boolean,
): FieldError[] => [
  ...validateLegacyIP(child(path, 'ip'), ip),
  ...(hostname ? checkLabel(hostname).map((why) => invalid(child(path, 'hostname'), hostname, why)) : []),
  ...(nodeName === undefined
    ? []
    : checkSubdomain(nodeName).map((why) => invalid(child(path, 'nodeName'), nodeName, why))),
  ...validateReachableIP(child(path, 'ip'), ip, isLoopback),
]

const validatePort = (
  { name, port, protocol, appProtocol }: EndpointPort,
  needsName: boolean,
  path: FieldPath,
): FieldError[] => [
  ...(name ? checkLabel(name).map((why) => invalid(child(path, 'name'), name, why)) : []),
  ...(!name && needsName ? [required(child(path, 'name'))] : []),
  ...validatePortNumber(port, child(path, 'port')),
  ...validateProtocol(protocol, child(path, 'protocol')),
  ...(appProtocol === undefined
    ? []
    : checkLabelKey(appProtocol).map((why) => invalid(child(path, 'appProtocol'), appProtocol, why))),
]

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'

/** What to tell of addresses that are not written as they should be. The controller's own are written well. */
export function warnOfEndpoints({ metadata, subsets = [] }: Endpoints): string[] {
  if (metadata.labels?.[MANAGED_BY] === 'endpoint-controller') return []
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [] }, at) => {
    const path = index('subsets', at)
    return [
      ...addresses.flatMap(({ ip }, one) => warnOfIP(child(index(child(path, 'addresses'), one), 'ip'), ip)),
      ...notReadyAddresses.flatMap(({ ip }, one) =>
        warnOfIP(child(index(child(path, 'notReadyAddresses'), one), 'ip'), ip),
      ),
    ]
  })
}
