/**
 * Where a webhook answers that is configured by its service: one of the endpoints that are ready, drawn.
 *
 * Never the address of the service itself: that leads somewhere only on machines with a kube-proxy, and Muster need not
 * run on one. Source: apiserver pkg/util/proxy ResolveEndpoint.
 */

import { goQuote } from '@muster/api/go-text.ts'
import { notFound, serviceUnavailable } from '@muster/api/status.ts'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { between, type Random } from '@muster/base/random.ts'
import { core, isKind } from '../../auth/reads.ts'
import type { AdmissionReads } from '../admission.ts'

const isService = isKind<Service>('v1', 'Service')
const isSlice = isKind<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice')

const SLICES = { group: 'discovery.k8s.io', resource: 'endpointslices' }
const SERVICE_NAME = 'kubernetes.io/service-name'

/** Finds out. Throws NotFound or Unavailable, with why it cannot be reached. */
export async function resolveService(
  reads: AdmissionReads,
  random: Random,
  namespace: string,
  name: string,
  port: number,
): Promise<{ host: string; port: number }> {
  const service = await reads.get(core('services'), namespace, name)
  if (!service || !isService(service)) throw notFound({ group: '', resource: 'service' }, name)
  const { type = 'ClusterIP', externalName = '', ports = [], ipFamilies = [] } = service.spec ?? {}
  if (type === 'ExternalName') return { host: externalName, port }
  const servicePort = ports.find((one) => one.port === port)
  if (!servicePort) throw serviceUnavailable(`no service port ${port} found for service ${goQuote(name)}`)
  const slices = (await reads.list(SLICES, namespace))
    .filter(isSlice)
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name)
  const [primary] = ipFamilies
  const open = slices.flatMap(({ addressType, ports: offered, endpoints }) => {
    const at = (offered ?? []).find((one) => (one.name ?? '') === (servicePort.name ?? '') && one.port !== undefined)
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .flatMap(({ addresses: [host] }) => (host && at?.port ? [{ host, port: at.port, addressType }] : []))
  })
  // Those of the family that the service prefers, where it has any.
  const preferred = open.filter(({ addressType }) => addressType === primary)
  const choice = preferred.length > 0 ? preferred : open
  const chosen = choice[between(random, 0, Math.max(0, choice.length - 1))]
  if (!chosen) throw serviceUnavailable(`no endpoints available for service ${goQuote(name)}`)
  return { host: chosen.host, port: chosen.port }
}
