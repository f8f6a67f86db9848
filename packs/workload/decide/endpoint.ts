/**
 * What a pod is to a service: an endpoint, ready or not, and which ports of it the service means. Pure.
 * Source: kubernetes k8s.io/endpointslice utils.go, pkg/controller/util/endpoint.
 */
import type { Pod, Service, ServicePort } from '@muster/api/types/core-v1.ts'
import { isPodReady, isPodTerminal } from '../pods.ts'

/** A port as slices and Endpoints have it. */
export interface FoundPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol?: string
}

/** How a pod serves. */
export interface Serving {
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
}

/** True for a pod that can be an endpoint of anything: it has an address, and does not lie behind it. */
export const mayServe = (pod: Pod): boolean => !isPodTerminal(pod) && (pod.status?.podIPs?.length ?? 0) > 0

/** True when a service means a pod. A service without a selector means none: others keep its endpoints. */
export function selects({ metadata, spec = {} }: Service, pod: Pod): boolean {
  const wanted = Object.entries(spec.selector ?? {})
  const { namespace, labels = {} } = pod.metadata
  return metadata.namespace === namespace && wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/** How it serves. A service that asks for it takes what is not ready as ready. */
export function servingOf({ spec }: Service, pod: Pod): Serving {
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  return { ready: spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating }
}

/** The address of a family, as `IPv4` or `IPv6`. */
export const addressOf = (pod: Pod, family: string): string | undefined =>
  pod.status?.podIPs?.find(({ ip = '' }) => ip.includes(':') === (family === 'IPv6'))?.ip

/** The name by which DNS knows the pod within the service, if it has one. */
export const hostnameOf = ({ metadata }: Service, { metadata: own, spec }: Pod): string | undefined =>
  spec?.hostname && spec.subdomain === metadata.name && own.namespace === metadata.namespace ? spec.hostname : undefined

/** True for a service that nobody forwards: it is its endpoints. */
export const isHeadless = ({ spec }: Service): boolean => !spec?.clusterIP || spec.clusterIP === 'None'

/** The ports of a service in a pod, in the order of the service. A name that the pod does not have is left out. */
export const portsOf = ({ spec = {} }: Service, pod: Pod): FoundPort[] =>
  (spec.ports ?? []).flatMap((port) => {
    const found = numberOf(port, pod)
    if (found === undefined) return []
    const { name = '', protocol = 'TCP', appProtocol } = port
    return [{ name, port: found, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })

function numberOf({ port, targetPort, protocol = 'TCP' }: ServicePort, { spec }: Pod): number | undefined {
  if (targetPort === undefined || targetPort === 0 || targetPort === '') return port
  if (typeof targetPort === 'number') return targetPort
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...(spec?.containers ?? []), ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort
}
