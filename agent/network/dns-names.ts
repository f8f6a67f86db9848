/**
 * What a cluster's DNS knows under a name. Pure.
 * Source: Kubernetes DNS-Based Service Discovery specification 1.1.0; names of pods by their address, as CoreDNS has them.
 */
import { formatIP, readIP } from '@muster/api/ip-address.ts'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { Endpoint, EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { CLUSTER_DOMAIN } from './names.ts'

/** One thing that is known under a name. Names are complete, without the last dot. */
export type DnsRecord =
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'SRV'; readonly target: string; readonly port: number }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'PTR'; readonly target: string }
  | { readonly type: 'TXT'; readonly text: string }

/** Where names come from. */
export interface DnsWorld {
  service(namespace: string, name: string): Service | undefined
  services(): Iterable<Service>
  slicesOf(namespace: string, service: string): Iterable<EndpointSlice>
}

/** What is known: records, of whatever type; nothing, when there is no such name; or that others have to be asked. */
export type Known = readonly DnsRecord[] | 'no such name' | 'not ours'

const VERSION = '1.1.0'
const REVERSE = '.in-addr.arpa'

/** What is known under a name, in any case of letters. */
export function recordsOf(asked: string, world: DnsWorld): Known {
  const name = asked.toLowerCase().replace(/\.$/, '')
  if (name.endsWith(REVERSE)) return reversed(name.slice(0, -REVERSE.length), world)
  if (name === CLUSTER_DOMAIN) return []
  if (!name.endsWith(`.${CLUSTER_DOMAIN}`)) return 'not ours'
  const labels = name.slice(0, -CLUSTER_DOMAIN.length - 1).split('.')
  if (labels.join('.') === 'dns-version') return [{ type: 'TXT', text: VERSION }]
  const [namespace = '', kind] = labels.slice(-2)
  const before = labels.slice(0, -2)
  if (labels.length === 1) return ['svc', 'pod'].includes(namespace) ? [] : 'no such name'
  if (kind === 'svc') return inServices(before, namespace, world)
  if (kind === 'pod') return ofPod(before, world, namespace)
  return 'no such name'
}

function inServices(labels: readonly string[], namespace: string, world: DnsWorld): Known {
  if (labels.length === 0) return hasServices(namespace, world) ? [] : 'no such name'
  const service = world.service(namespace, labels.at(-1) ?? '')
  if (!service) return 'no such name'
  const slices = [...world.slicesOf(namespace, labels.at(-1) ?? '')]
  const [first = '', second = ''] = labels
  switch (labels.length) {
    case 1:
      return ofService(service, slices)
    case 2:
      return ofProtocol(first, service) ?? ofEndpoint(first, slices)
    case 3:
      return ofPort(first, second, service, slices)
    default:
      return 'no such name'
  }
}

/** Those of one: its cluster addresses; of a headless one, those of whoever is ready. */
function ofService({ spec = {} }: Service, slices: readonly EndpointSlice[]): Known {
  if (spec.type === 'ExternalName') return [{ type: 'CNAME', target: (spec.externalName ?? '').replace(/\.$/, '') }]
  if (spec.clusterIP === 'None') return readyIn(slices).map(({ address }) => addressRecord(address))
  return addressesOf(spec).map(addressRecord)
}

function ofEndpoint(host: string, slices: readonly EndpointSlice[]): Known {
  const found = readyIn(slices).filter((ready) => hostOf(ready) === host || dashed(ready.address) === host)
  return found.length === 0 ? 'no such name' : found.map(({ address }) => addressRecord(address))
}

/** `_http._tcp.web…`: who serves that port. */
function ofPort(port: string, protocol: string, service: Service, slices: readonly EndpointSlice[]): Known {
  const isIt = (one: { readonly name?: string; readonly protocol?: string }) =>
    `_${one.name ?? ''}` === port && `_${(one.protocol ?? 'TCP').toLowerCase()}` === protocol
  const { metadata, spec = {} } = service
  const own = `${metadata.name}.${metadata.namespace}.svc.${CLUSTER_DOMAIN}`
  if (spec.clusterIP !== 'None') {
    const found = (spec.ports ?? []).filter((one) => one.name && isIt(one))
    return found.length === 0 ? 'no such name' : found.map((one) => ({ type: 'SRV', target: own, port: one.port }))
  }
  const records = slices.flatMap((slice): DnsRecord[] => {
    const numbers = (slice.ports ?? []).flatMap((one) => (one.name && isIt(one) && one.port ? [one.port] : []))
    return readyIn([slice]).flatMap((ready) =>
      numbers.map((number): DnsRecord => ({ type: 'SRV', target: `${hostOf(ready)}.${own}`, port: number })),
    )
  })
  return records.length === 0 ? 'no such name' : records
}

/** `_tcp.web…` has names below it where some port has one. */
const ofProtocol = (protocol: string, { spec }: Service): Known | undefined =>
  (spec?.ports ?? []).some((port) => port.name && `_${(port.protocol ?? 'TCP').toLowerCase()}` === protocol)
    ? []
    : undefined

/** `10-1-2-3.shop.pod…`: the name says it all. */
function ofPod([host, ...more]: readonly string[], world: DnsWorld, namespace: string): Known {
  if (host === undefined) return hasServices(namespace, world) ? [] : 'no such name'
  const address = readIP(host.replaceAll('-', '.'))
  return address && more.length === 0 ? [{ type: 'A', address: formatIP(address) }] : 'no such name'
}

/** Addresses of services, and of endpoints that have names. Those of others are for others to tell. */
function reversed(octets: string, world: DnsWorld): Known {
  const address = octets.split('.').reverse().join('.')
  const found: DnsRecord[] = []
  for (const { metadata, spec } of world.services()) {
    const { name = '', namespace = '' } = metadata
    const own = `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`
    if (addressesOf(spec).includes(address)) found.push({ type: 'PTR', target: own })
    for (const ready of readyIn(world.slicesOf(namespace, name))) {
      if (ready.address !== address || (spec?.clusterIP !== 'None' && !ready.endpoint.hostname)) continue
      found.push({ type: 'PTR', target: `${hostOf(ready)}.${own}` })
    }
  }
  return found.length === 0 ? 'not ours' : found
}

const addressesOf = ({ clusterIP = '', clusterIPs = [clusterIP] }: Service['spec'] = {}): readonly string[] =>
  clusterIPs.filter((address) => address !== '' && address !== 'None')

interface Ready {
  readonly address: string
  readonly endpoint: Endpoint
}

/** Each address once. A slice that says nothing of a condition means that it holds. */
function readyIn(slices: Iterable<EndpointSlice>): Ready[] {
  const found = new Map<string, Ready>()
  for (const { endpoints } of slices) {
    // A server says null for none.
    for (const endpoint of endpoints ?? []) {
      const [address] = endpoint.addresses
      if (address !== undefined && endpoint.conditions?.ready !== false) found.set(address, { address, endpoint })
    }
  }
  return [...found.values()]
}

const hostOf = ({ address, endpoint }: Ready): string => endpoint.hostname || dashed(address)
const dashed = (address: string): string => address.replaceAll(/[.:]/g, '-')

const addressRecord = (address: string): DnsRecord => ({ type: address.includes(':') ? 'AAAA' : 'A', address })

function hasServices(namespace: string, world: DnsWorld): boolean {
  for (const { metadata } of world.services()) if (metadata.namespace === namespace) return true
  return false
}
