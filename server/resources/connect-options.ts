/**
 * What is asked of whoever one is connected with, as an object: webhooks are shown it.
 * Source: kubernetes core/v1 PodExecOptions, PodAttachOptions, PodPortForwardOptions, PodProxyOptions.
 */
import { isTrue } from '../http/request-info.ts'
import type { ResourceCall } from './call.ts'

/** The kind of the options, and what a request says of them. */
export interface ConnectOptions {
  readonly kind: string
  readonly optionsOf: (call: ResourceCall) => object
}

const flags = (query: URLSearchParams, ...names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => isTrue(query.get(name))).map((name) => [name, true]))

const containerIn = (query: URLSearchParams) => {
  const container = query.get('container')
  return container ? { container } : {}
}

/** A command in a container. */
export const EXEC: ConnectOptions = {
  kind: 'PodExecOptions',
  optionsOf: ({ request: { query } }) => ({
    ...flags(query, 'stdin', 'stdout', 'stderr', 'tty'),
    ...containerIn(query),
    command: query.getAll('command'),
  }),
}

/** What a container does anyway. */
export const ATTACH: ConnectOptions = {
  kind: 'PodAttachOptions',
  optionsOf: ({ request: { query } }) => ({
    // What a process says is wanted unless the client says that it is not.
    ...{ stdout: true, stderr: true },
    ...(query.has('stdout') ? { stdout: isTrue(query.get('stdout')) } : {}),
    ...(query.has('stderr') ? { stderr: isTrue(query.get('stderr')) } : {}),
    ...flags(query, 'stdin', 'tty'),
    ...containerIn(query),
  }),
}

/** Ports of a pod; which ones is said later, unless a WebSocket names them at once. */
export const PORT_FORWARD: ConnectOptions = {
  kind: 'PodPortForwardOptions',
  optionsOf({ request: { query } }) {
    const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number))
    return ports.length > 0 ? { ports } : {}
  },
}

/** A path of a server behind a pod, a service or a node. */
export const proxyOf = (what: 'Pod' | 'Service' | 'Node'): ConnectOptions => ({
  kind: `${what}ProxyOptions`,
  optionsOf: ({ info }) => (info.rest.length > 0 ? { path: info.rest.join('/') } : {}),
})
