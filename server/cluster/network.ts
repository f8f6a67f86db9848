/** Where the services and the pods of a logical cluster have their addresses. */
import { formatIP, formatRange, type IPRange } from '@muster/api/ip-address.ts'
import { assert } from '@muster/base/errors.ts'
import { DEFAULT_RANGES, type ServiceRanges } from '../services/ranges.ts'

/** The addresses of one logical cluster. */
export interface ClusterNetwork {
  readonly services: ServiceRanges
  /**
   * True where pods are processes of the server's own machine: their addresses are of its loopback, and may be
   * endpoints there. Kubernetes refuses that everywhere, since elsewhere it would mean another machine.
   */
  readonly isLoopback: boolean
}

/** Of a cluster whose nodes are elsewhere, as kubeadm has it. */
export const DEFAULT_NETWORK: ClusterNetwork = { services: DEFAULT_RANGES, isLoopback: false }

/** Of a cluster whose pods are processes of this machine; each has ranges that no other has. */
export function loopbackNetwork(services: IPRange): ClusterNetwork {
  return { services: { ...DEFAULT_RANGES, addresses: { IPv4: services } }, isLoopback: true }
}

/** What a logical cluster is told of its network at its start. */
export function factsOf({ services }: ClusterNetwork): { readonly serviceCidr: string; readonly apiAddress: string } {
  const range = services.addresses.IPv4
  assert(range, 'a cluster has addresses of IPv4 for its services')
  return { serviceCidr: formatRange(range), apiAddress: formatIP({ family: 'IPv4', bits: range.bits + 1n }) }
}
