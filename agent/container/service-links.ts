/** Variables that tell a container where services are. Source: Kubernetes service environment variables; kubelet envvars. */
import type { Service } from '@muster/api/types/core-v1.ts'

/**
 * Those of the given services that a pod of a namespace is told of: the API's always, and with links its own
 * namespace's. A service without an address of its own is left out.
 */
export function serviceVariables(
  services: Iterable<Service>,
  namespace: string,
  hasLinks: boolean,
): Record<string, string> {
  const told = [...services].filter(({ metadata }) => {
    const isApi = metadata.namespace === 'default' && metadata.name === 'kubernetes'
    return isApi || (hasLinks && metadata.namespace === namespace)
  })
  // A service of the namespace wins over the API's of the same name.
  const ordered = told.toSorted((one, other) => rank(one, namespace) - rank(other, namespace))
  return Object.assign({}, ...ordered.map(variablesOf))
}

const rank = ({ metadata }: Service, namespace: string): number => (metadata.namespace === namespace ? 1 : 0)

function variablesOf({ metadata, spec }: Service): Record<string, string> {
  const { clusterIP = '', ports = [] } = spec ?? {}
  const [first] = ports
  if (clusterIP === '' || clusterIP === 'None' || !first) return {}
  const name = variableName(metadata.name ?? '')
  const said: Record<string, string> = {
    [`${name}_SERVICE_HOST`]: clusterIP,
    [`${name}_SERVICE_PORT`]: String(first.port),
  }
  const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP
  for (const { name: portName, port, protocol = 'TCP' } of ports) {
    if (portName) said[`${name}_SERVICE_PORT_${variableName(portName)}`] = String(port)
    const scheme = protocol.toLowerCase()
    const address = `${scheme}://${host}:${port}`
    said[`${name}_PORT`] ??= address
    const prefix = `${name}_PORT_${port}_${protocol.toUpperCase()}`
    said[prefix] = address
    said[`${prefix}_PROTO`] = scheme
    said[`${prefix}_PORT`] = String(port)
    said[`${prefix}_ADDR`] = clusterIP
  }
  return said
}

const variableName = (name: string): string => name.replaceAll('-', '_').toUpperCase()
