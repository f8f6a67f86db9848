/** Ports of a pod that stand in each other's way. Source: kubernetes pkg/api/pod/warnings.go. */
import { child, type FieldPath, index } from '../../../field-error.ts'
import { goQuote } from '../../../go-text.ts'
import type { ContainerPort, PodSpec } from '../../../types/core-v1.ts'
import type { ContainerList } from './containers.ts'

interface PlacedPort {
  readonly port: ContainerPort
  readonly path: FieldPath
}

/** What to tell of the ports of all containers together. */
export function warnOfPorts(spec: PodSpec, path: FieldPath): string[] {
  const ports = portsOf(spec, path)
  return [
    ...ports.flatMap((one, at) => [
      ...warnOfHostIP(one),
      ...ports.slice(0, at).flatMap((other) => warnOfTwo(one, other)),
    ]),
    ...ports.flatMap(({ port: { name }, path: place }, at) => {
      const other = name ? ports.slice(0, at).find(({ port }) => port.name === name) : undefined
      return other
        ? [
            `${place}: duplicate port name ${goQuote(name ?? '')} with ${other.path}, services and probes that select ports by name will use ${other.path}`,
          ]
        : []
    }),
  ]
}

function portsOf(spec: PodSpec, path: FieldPath): PlacedPort[] {
  const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers']
  return lists.flatMap((list) =>
    (spec[list] ?? []).flatMap(({ ports = [] }, at) =>
      ports.map((port, portAt) => ({
        port,
        path: index(child(index(child(path, list), at), 'ports'), portAt),
      })),
    ),
  )
}

function warnOfHostIP({ port, path }: PlacedPort): string[] {
  const { name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' } = port
  if (hostIP === '' || hostPort !== 0) return []
  const said = `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
  return [`${path}: hostIP set without hostPort: ${said}`]
}

function warnOfTwo({ port: one, path }: PlacedPort, { port: other, path: otherPath }: PlacedPort): string[] {
  if (one.containerPort !== other.containerPort || one.protocol !== other.protocol) return []
  const [hostPort, otherHostPort] = [one.hostPort ?? 0, other.hostPort ?? 0]
  const [hostIP, otherHostIP] = [one.hostIP ?? '', other.hostIP ?? '']
  const say = (what: string) => [`${path}: ${what} port definition with ${otherPath}`]
  if (hostIP === otherHostIP && hostPort === otherHostPort) return say('duplicate')
  if (hostPort === 0 || otherHostPort === 0) return say('overlapping')
  const isOneOpen = (hostIP === '') !== (otherHostIP === '')
  return hostPort === otherHostPort && isOneOpen ? say('dangerously ambiguous') : []
}
