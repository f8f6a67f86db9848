/**
 * The Endpoints of a service: what slices say, for those who still read them. Addresses with the same ports make a subset.
 * Pure. Source: kubernetes pkg/controller/endpoint, pkg/api/v1/endpoints RepackSubsets.
 */
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { EndpointAddress, EndpointSubset, Endpoints, Pod, Service } from '@muster/api/types/core-v1.ts'
import { addressOf, hostnameOf, isHeadless, mayServe, portsOf, servingOf } from './endpoint.ts'
import { HEADLESS } from './endpoint-slices.ts'

/** Whose Endpoints are ours; others leave them alone. */
export const ENDPOINTS_MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const MANAGER = 'endpoint-controller'
/** Says that there are more addresses than are named. */
export const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
/** Source: kubernetes maxCapacity. */
export const ADDRESSES_MAX = 1000

/** True for those that follow a service; others may keep Endpoints without one. */
export const isOurs = ({ metadata }: Endpoints): boolean => metadata.labels?.[ENDPOINTS_MANAGED_BY] === MANAGER

/** The Endpoints to be; undefined when those that are there say so already. */
export function decideEndpoints(
  service: Service,
  pods: readonly Pod[],
  known: Endpoints | undefined,
): Endpoints | undefined {
  const { name = '', namespace = '', labels: given = {} } = service.metadata
  const { [HEADLESS]: _headless, [ENDPOINTS_MANAGED_BY]: _by, ...own } = given
  const labels = { ...own, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [ENDPOINTS_MANAGED_BY]: MANAGER }
  const { subsets, isCut } = subsetsOf(service, pods)
  const wasCut = known?.metadata.annotations?.[OVER_CAPACITY] !== undefined
  const isSame =
    known !== undefined &&
    sameMeaning(known.subsets ?? [], subsets) &&
    sameMeaning(known.metadata.labels, labels) &&
    wasCut === isCut
  if (isSame) return undefined
  const annotations = isCut ? { [OVER_CAPACITY]: 'truncated' } : {}
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels, annotations }, subsets }
}

interface Found {
  readonly address: EndpointAddress
  readonly isReady: boolean
  readonly ports: ReturnType<typeof portsOf>
}

function subsetsOf(service: Service, pods: readonly Pod[]): { subsets: EndpointSubset[]; isCut: boolean } {
  const family = service.spec?.ipFamilies?.[0] ?? 'IPv4'
  const found = pods.flatMap((pod): Found[] => {
    const ip = mayServe(pod) ? addressOf(pod, family) : undefined
    const { ready, terminating } = servingOf(service, pod)
    // One that is on its way out is in nobody's way, unless the service wants whoever is there.
    if (ip === undefined || (terminating && service.spec?.publishNotReadyAddresses !== true)) return []
    const ports = portsOf(service, pod)
    // Ports that this pod lacks make it no endpoint; a service without ports is its addresses.
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) return []
    const { name = '', namespace = '', uid = '' } = pod.metadata
    const hostname = hostnameOf(service, pod)
    const address: EndpointAddress = {
      ip,
      ...(hostname ? { hostname } : {}),
      ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
      targetRef: { kind: 'Pod', namespace, name, uid },
    }
    return [{ address, isReady: ready, ports }]
  })
  const kept = found
    .toSorted(
      (one, other) => Number(other.isReady) - Number(one.isReady) || (one.address.ip < other.address.ip ? -1 : 1),
    )
    .slice(0, ADDRESSES_MAX)
  const groups = Map.groupBy(kept, ({ ports }) => JSON.stringify(ports))
  const subsets = [...groups.values()].map((group): EndpointSubset => {
    const addresses = group.filter(({ isReady }) => isReady).map(({ address }) => address)
    const notReadyAddresses = group.filter(({ isReady }) => !isReady).map(({ address }) => address)
    const ports = (group[0]?.ports ?? []).map(({ name, ...port }) => ({ ...(name ? { name } : {}), ...port }))
    return {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    }
  })
  return { subsets, isCut: found.length > kept.length }
}
