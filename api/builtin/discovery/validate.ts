/** What an endpoint slice may not say. Source: kubernetes pkg/apis/discovery/validation. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../field-error.ts'
import { readIP, validateIP, validateLegacyIP } from '../../ip-address.ts'
import { validateLabels } from '../../metadata/labels.ts'
import { checkLabel, checkLabelKey, checkLabelValue, checkSubdomain } from '../../names.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from '../../types/discovery-v1.ts'
import { PROTOCOLS } from '../core/port-rules.ts'
import { validateReachableIP } from '../core/reachable-ip.ts'

/** Source of all five: kubernetes pkg/apis/discovery/validation/validation.go. */
const ENDPOINTS_MAX = 1000
const ADDRESSES_MAX = 100
const PORTS_MAX = 20000
const HINTS_MAX = 8
const TOPOLOGY_LABELS_MAX = 16

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']

/** What is wrong with a slice. Endpoints that were let pass once are let pass as long as they stay. */
export function validateSlice(slice: EndpointSlice, isLoopback = false, old?: EndpointSlice): FieldError[] {
  const { addressType, endpoints, ports } = slice
  const isKept = old !== undefined && sameMeaning(old.endpoints, endpoints)
  return [
    ...(addressType ? [] : [required('addressType')]),
    ...(addressType && !ADDRESS_TYPES.includes(addressType)
      ? [notSupported('addressType', addressType, ADDRESS_TYPES)]
      : []),
    ...validatePorts(ports ?? []),
    ...(isKept ? [] : validateEndpoints(endpoints ?? [], addressType, isLoopback)),
  ]
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > PORTS_MAX) return [tooMany('ports', ports.length, PORTS_MAX)]
  return ports.flatMap(({ name = '', protocol, appProtocol }, at) => {
    const path = index('ports', at)
    const isTaken = ports.slice(0, at).some((other) => (other.name ?? '') === name)
    return [
      ...(name ? checkLabel(name).map((why) => invalid(child(path, 'name'), name, why)) : []),
      ...(isTaken ? [duplicate(child(path, 'name'), name)] : []),
      ...(protocol === undefined ? [required(child(path, 'protocol'))] : []),
      ...(protocol !== undefined && !PROTOCOLS.includes(protocol)
        ? [notSupported(child(path, 'protocol'), protocol, PROTOCOLS)]
        : []),
      ...(appProtocol === undefined
        ? []
        : checkLabelKey(appProtocol).map((why) => invalid(child(path, 'appProtocol'), appProtocol, why))),
    ]
  })
}

function validateEndpoints(endpoints: readonly Endpoint[], addressType: string, isLoopback: boolean): FieldError[] {
  if (endpoints.length > ENDPOINTS_MAX) return [tooMany('endpoints', endpoints.length, ENDPOINTS_MAX)]
  return endpoints.flatMap((endpoint, at) =>
    validateEndpoint(endpoint, index('endpoints', at), addressType, isLoopback),
  )
}

function validateEndpoint(endpoint: Endpoint, path: FieldPath, addressType: string, isLoopback: boolean): FieldError[] {
  const { addresses = [], nodeName, deprecatedTopology: topology = {}, hostname, hints } = endpoint
  const place = child(path, 'addresses')
  const topologyPath = child(path, 'deprecatedTopology')
  const labels = Object.keys(topology).length
  return [
    ...(addresses.length === 0 ? [required(place, 'must contain at least 1 address')] : []),
    ...(addresses.length > ADDRESSES_MAX ? [tooMany(place, addresses.length, ADDRESSES_MAX)] : []),
    ...addresses.flatMap((address, at) => validateAddress(address, place, at, addressType, isLoopback)),
    ...(nodeName === undefined
      ? []
      : checkSubdomain(nodeName).map((why) => invalid(child(path, 'nodeName'), nodeName, why))),
    ...(labels > TOPOLOGY_LABELS_MAX ? [tooMany(topologyPath, labels, TOPOLOGY_LABELS_MAX)] : []),
    ...validateLabels(topology, topologyPath),
    ...(hostname === undefined
      ? []
      : checkLabel(hostname).map((why) => invalid(child(path, 'hostname'), hostname, why))),
    ...(hints ? validateHints(hints, child(path, 'hints')) : []),
  ]
}

function validateAddress(
  address: string,
  path: FieldPath,
  at: number,
  addressType: string,
  isLoopback: boolean,
): FieldError[] {
  const place = index(path, at)
  if (addressType === 'FQDN') return validateDomain(address, place)
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return []
  const errors = addressType === 'IPv4' ? validateLegacyIP(place, address) : validateIP(place, address)
  if (errors.length > 0) return errors
  const isOther = readIP(address)?.family !== addressType
  return [
    ...(isOther ? [invalid(path, address, `must be an ${addressType} address`)] : []),
    ...validateReachableIP(place, address, isLoopback),
  ]
}

/** A name of DNS with at least two parts. Source: apimachinery IsFullyQualifiedDomainName. */
function validateDomain(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)]
  const whole = name.replace(/\.$/, '')
  const wrong = checkSubdomain(whole)
  if (wrong.length > 0) return [invalid(path, whole, wrong.join(','))]
  const parts = whole.split('.')
  if (parts.length < 2) return [invalid(path, whole, 'should be a domain with at least two segments separated by dots')]
  return parts.flatMap((part) => checkLabel(part).map((why) => invalid(path, part, why)))
}

function validateHints({ forZones = [], forNodes = [] }: EndpointHints, path: FieldPath): FieldError[] {
  const zones = validateNames(forZones, child(path, 'forZones'), checkLabelValue)
  if (forZones.length > HINTS_MAX) return zones
  return [...zones, ...validateNames(forNodes, child(path, 'forNodes'), checkSubdomain)]
}

function validateNames(
  items: readonly { readonly name: string }[],
  path: FieldPath,
  check: (name: string) => string[],
): FieldError[] {
  if (items.length > HINTS_MAX) return [tooMany(path, items.length, HINTS_MAX)]
  return items.flatMap(({ name }, at) => {
    const place = child(index(path, at), 'name')
    const isTaken = items.slice(0, at).some((other) => other.name === name)
    return [...(isTaken ? [duplicate(place, name)] : []), ...check(name).map((why) => invalid(place, name, why))]
  })
}
