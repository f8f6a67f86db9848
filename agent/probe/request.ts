/** How a container is asked how it is, over the network. Pure. Source: kubelet prober.go, pkg/probe/http/request.go. */
import type { Container, HTTPGetAction, Probe } from '@muster/api/types/core-v1.ts'
import type { Duration } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { ProbeResult } from '../pod/memory.ts'

/** What is asked of whom. */
export type ProbeRequest =
  | {
      readonly ask: 'http'
      readonly scheme: 'http' | 'https'
      readonly host: string
      readonly port: number
      readonly path: string
      readonly headers: readonly (readonly [string, string])[]
    }
  | { readonly ask: 'tcp'; readonly host: string; readonly port: number }
  | { readonly ask: 'grpc'; readonly host: string; readonly port: number; readonly service: string }

/** Asks. Never throws: what goes wrong is a result. */
export interface Prober {
  ask(request: ProbeRequest, timeout: Duration): Promise<ProbeResult>
}

/** The request of a probe; undefined for one that is a command. Throws Invalid for a port that the container has not. */
export function requestOf(
  { httpGet, tcpSocket, grpc }: Probe,
  container: Container,
  podIP: string,
): ProbeRequest | undefined {
  if (httpGet) return httpRequest(httpGet, container, podIP, 'kube-probe/1.36')
  if (tcpSocket) {
    return { ask: 'tcp', host: tcpSocket.host || podIP, port: portOf(tcpSocket.port, container) }
  }
  if (grpc) return { ask: 'grpc', host: podIP, port: grpc.port, service: grpc.service ?? '' }
  return undefined
}

/** The request of a probe or hook over HTTP. */
export function httpRequest(
  { host, port, path = '/', scheme, httpHeaders = [] }: HTTPGetAction,
  container: Container,
  podIP: string,
  userAgent: string,
): ProbeRequest {
  const own = httpHeaders.map(({ name, value }) => [name, value] as const)
  const has = (name: string) => own.some(([one]) => one.toLowerCase() === name)
  const added = [
    ...(has('user-agent') ? [] : [['User-Agent', userAgent] as const]),
    ...(has('accept') ? [] : [['Accept', '*/*'] as const]),
  ]
  return {
    ask: 'http',
    scheme: scheme === 'HTTPS' ? 'https' : 'http',
    host: host || podIP,
    port: portOf(port, container),
    path: path.startsWith('/') ? path : `/${path}`,
    // A header without a value is one that is not to be sent.
    headers: [...added, ...own].filter(([, value]) => value !== ''),
  }
}

function portOf(port: number | string, { ports = [] }: Container): number {
  const named = ports.find(({ name }) => name === port)?.containerPort
  const number = named ?? Number(port)
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number
  throw new ControlError(
    'Invalid',
    typeof port === 'string' ? `couldn't find port: ${port}` : `invalid port number: ${port}`,
  )
}

/** As it is said in messages. */
export const urlOf = ({ scheme, host, port, path }: Extract<ProbeRequest, { ask: 'http' }>): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`
