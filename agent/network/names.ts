/**
 * The names by which pods of a namespace know services, and each other: what DNS says in a cluster. Pure.
 * Source: Kubernetes DNS-Based Service Discovery specification 1.1.0.
 */
import type { Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'

/** An address and what it is called, as a line of a hosts file. */
export interface HostNames {
  readonly address: string
  readonly names: readonly string[]
}

/** The domain of every cluster. */
export const CLUSTER_DOMAIN = 'cluster.local'

/** The label of a slice that names its service. */
const SERVICE_LABEL = 'kubernetes.io/service-name'

/** What one namespace sees: every service by its full names, its own services by their short ones as well. */
export function namesIn(
  namespace: string,
  services: Iterable<Service>,
  slices: Iterable<EndpointSlice>,
): readonly HostNames[] {
  const found: HostNames[] = []
  for (const { metadata, spec = {} } of services) {
    const address = spec.clusterIP ?? ''
    if (address === '' || address === 'None') continue
    found.push({ address, names: namesOf(metadata.name ?? '', metadata.namespace ?? '', namespace) })
  }
  for (const { metadata, endpoints } of slices) {
    const service = metadata.labels?.[SERVICE_LABEL]
    if (service === undefined) continue
    // A server says null for none.
    for (const { hostname, addresses, conditions } of endpoints ?? []) {
      const [address] = addresses
      if (!hostname || address === undefined || conditions?.ready === false) continue
      const names = namesOf(service, metadata.namespace ?? '', namespace).map((name) => `${hostname}.${name}`)
      found.push({ address, names })
    }
  }
  return found.toSorted((one, other) => (one.names.join() < other.names.join() ? -1 : 1))
}

function namesOf(service: string, namespace: string, seenFrom: string): string[] {
  const full = `${service}.${namespace}.svc.${CLUSTER_DOMAIN}`
  const names = [full, `${service}.${namespace}.svc`, `${service}.${namespace}`]
  return namespace === seenFrom ? [...names, service] : names
}

/** A hosts file, complete: with the machine's own loopback, and a pod's own name when it is one's. */
export const hostsFile = (all: readonly HostNames[]): string =>
  [{ address: '127.0.0.1', names: ['localhost'] }, { address: '::1', names: ['localhost', 'ip6-localhost'] }, ...all]
    .map(({ address, names }) => `${address}\t${names.join(' ')}\n`)
    .join('')
