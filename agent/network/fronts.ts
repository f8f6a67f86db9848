/**
 * Where connections to a service come in, and where they may go. Pure.
 *
 * Ready endpoints alone are used; when a service has none, those that are on their way out but still serve: rather a
 * process that drains than nobody. Source: Kubernetes KEP-1669, KEP-1672; the virtual IPs of kube-proxy.
 */
import type { Service, ServicePort } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { WEIGHT_DEFAULT, weightOf } from '@muster/api/weight.ts'

/** One address and port of a service. */
export interface Front {
  readonly address: string
  readonly port: number
  readonly protocol: string
  /** Nobody, when there is nobody: whoever connects is refused. */
  readonly targets: readonly Target[]
  /** For how long a client stays with the target that it was given, in seconds; it may change each time when absent. */
  readonly affinitySeconds?: number
}

/** A process that listens. */
export interface Target {
  readonly address: string
  readonly port: number
  /** See {@link weightOf}; the usual one when absent. */
  readonly weight?: number
}

/** Source: kubernetes DefaultClientIPServiceAffinitySeconds. */
const AFFINITY_SECONDS = 10_800

/** All fronts of a service: its cluster addresses, and its port on every node. None for one without addresses. */
export function frontsOf(service: Service, slices: readonly EndpointSlice[], nodes: readonly string[]): Front[] {
  const { clusterIPs = [], ports = [], type, sessionAffinity, sessionAffinityConfig } = service.spec ?? {}
  if (type === 'ExternalName') return []
  const { timeoutSeconds = AFFINITY_SECONDS } = sessionAffinityConfig?.clientIP ?? {}
  const affinity = sessionAffinity === 'ClientIP' ? { affinitySeconds: timeoutSeconds } : {}
  return ports.flatMap((port) => {
    const { protocol = 'TCP' } = port
    const common = { protocol, targets: targetsOf(port, slices), ...affinity }
    const inside = clusterIPs
      .filter((address) => address !== 'None' && address !== '')
      .map((address): Front => ({ address, port: port.port, ...common }))
    const onNodes = port.nodePort
      ? nodes.map((address): Front => ({ address, port: port.nodePort ?? 0, ...common }))
      : []
    return [...inside, ...onNodes]
  })
}

function targetsOf({ name = '', protocol = 'TCP' }: ServicePort, slices: readonly EndpointSlice[]): Target[] {
  const all = slices.flatMap(({ metadata, endpoints, ports }) => {
    // A server says null for none.
    const found = (ports ?? []).find((one) => (one.name ?? '') === name && (one.protocol ?? 'TCP') === protocol)
    const { port } = found ?? {}
    if (port === undefined) return []
    const given = weightOf(metadata.annotations)
    const weight = given === WEIGHT_DEFAULT ? {} : { weight: given }
    return (endpoints ?? []).flatMap(({ addresses: [address], conditions = {} }) =>
      address === undefined ? [] : [{ target: { address, port, ...weight }, conditions }],
    )
  })
  // A slice that says nothing of a condition means that it holds. Source: discovery/v1 EndpointConditions.
  const ready = all.filter(({ conditions }) => conditions.ready ?? true)
  const usable =
    ready.length > 0 ? ready : all.filter(({ conditions }) => conditions.serving ?? conditions.ready ?? true)
  return usable.map(({ target }) => target).toSorted(byText)
}

const byText = (one: Target, other: Target): number => (writeTarget(one) < writeTarget(other) ? -1 : 1)

/** A target as text: what names it in a set. */
export const writeTarget = ({ address, port }: Pick<Target, 'address' | 'port'>): string => `${address}:${port}`
