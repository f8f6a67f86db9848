/**
 * `pods/NAME/log`, `exec`, `attach`, `portforward`, `pods/NAME/proxy`, `services/NAME/proxy`, `nodes/NAME/proxy`:
 * requests that somebody else answers. Where they lead is found here; the way there is {@link Connectors}.
 *
 * Source: kubernetes pkg/registry/core/pod/strategy.go (LogLocation, streamLocation, ResourceLocation),
 * pkg/registry/core/service/storage, pkg/registry/core/node/strategy.go.
 */
import { goQuote } from '@muster/api/go-text.ts'
import type { ApiResponse } from '@muster/api/message.ts'
import { badRequest, forbidden, methodNotServed, notFound, serviceUnavailable } from '@muster/api/status.ts'
import type { Endpoints, Pod, Service } from '@muster/api/types/core-v1.ts'
import { between } from '@muster/base/random.ts'
import { core, isKind } from '../auth/reads.ts'
import type { Agents } from '../nodes/agents.ts'
import { parseObject } from '../storage/stored-object.ts'
import type { AnswerDeps, SubresourceHandler } from './answer.ts'
import type { ResourceCall } from './call.ts'
import { ATTACH, type ConnectOptions, EXEC, PORT_FORWARD, proxyOf } from './connect-options.ts'
import { asPod, podKey } from './pod-key.ts'
import { checkLogOptions } from './pod-log-options.ts'
import { isProxied, type ProxiedName, splitProxied } from './proxied-name.ts'
import { admitConnect } from './writing.ts'

/** Where a request leads. */
export type Destination =
  | {
      readonly to: 'container'
      readonly how: 'log' | 'exec' | 'attach'
      readonly node: string
      readonly pod: PodPlace
      readonly container: string
    }
  | { readonly to: 'ports'; readonly node: string; readonly pod: PodPlace }
  /** An address of a pod; `port` is empty for the one that the scheme implies. */
  | {
      readonly to: 'address'
      readonly scheme: string
      readonly host: string
      readonly port: string
      readonly path: string
      /** The pod that has this address, where it is known. */
      readonly behind?: { readonly node: string; readonly uid: string }
    }
  /** A port of a node; empty for that of its agent. */
  | {
      readonly to: 'node'
      readonly node: string
      readonly scheme: string
      readonly port: string
      readonly path: string
    }

/** Which pod: a name may be another's by the time that its node is asked. */
export interface PodPlace {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** The way to what runs on nodes. */
export interface Connectors {
  /** Carries a request there and its answer back. Throws the error that the client is to get. */
  connect(destination: Destination, call: ResourceCall): Promise<ApiResponse>
  /** True for a node whose agent opens the ports of its pods: their addresses may be of its machine alone. */
  reaches?(cluster: string, node: string): boolean
  /** Agents that say what their nodes use. */
  readonly agents?: Agents
}

/** The handlers, each over the same way, or over none. */
export function connectionHandlers(connectors: Connectors | undefined): Readonly<Record<string, SubresourceHandler>> {
  const lead =
    (
      find: (call: ResourceCall, deps: AnswerDeps, reaches: Reaches) => Promise<Destination | undefined>,
      asks?: ConnectOptions,
    ): SubresourceHandler =>
    async (call, deps) => {
      if (asks) await admitConnect(call, deps, asks.kind, asks.optionsOf(call))
      const destination = await find(call, deps, (node) => connectors?.reaches?.(call.info.cluster, node) ?? false)
      if (!destination) return NOTHING_YET
      if ('node' in destination) await checkNode(call, deps, destination.node)
      if (!connectors) throw serviceUnavailable('this server has no connection to nodes')
      return connectors.connect(destination, call)
    }
  return {
    'pods/log': lead(findLog),
    'pods/exec': lead(findStream('exec'), EXEC),
    'pods/attach': lead(findStream('attach'), ATTACH),
    'pods/portforward': lead(findPorts, PORT_FORWARD),
    'pods/proxy': lead(findPodAddress, proxyOf('Pod')),
    'services/proxy': lead(findServiceAddress, proxyOf('Service')),
    'nodes/proxy': lead(findNodePort, proxyOf('Node')),
  }
}

/** Whether the agent of a node opens ports of its pods. */
type Reaches = (node: string) => boolean

/** The log of a pod that is on no node yet. */
const NOTHING_YET: ApiResponse = { status: 204, headers: {}, body: { body: 'bytes', bytes: new Uint8Array(0) } }

async function findLog(call: ResourceCall, deps: AnswerDeps): Promise<Destination | undefined> {
  if (call.info.verb !== 'get') throw methodNotServed()
  checkLogOptions(call.request.query, call.info.name)
  const pod = await podOf(call, deps)
  const container = containerOf(pod, call.request.query)
  const node = pod.spec?.nodeName
  return node ? { to: 'container', how: 'log', node, pod: placeOf(pod), container } : undefined
}

const findStream =
  (how: 'exec' | 'attach') =>
  async (call: ResourceCall, deps: AnswerDeps): Promise<Destination> => {
    checkMayOpen(call, deps)
    const pod = await podOf(call, deps)
    const container = containerOf(pod, call.request.query)
    return { to: 'container', how, node: nodeOf(pod), pod: placeOf(pod), container }
  }

async function findPorts(call: ResourceCall, deps: AnswerDeps): Promise<Destination> {
  checkMayOpen(call, deps)
  const pod = await podOf(call, deps)
  return { to: 'ports', node: nodeOf(pod), pod: placeOf(pod) }
}

async function findPodAddress(call: ResourceCall, deps: AnswerDeps, reaches: Reaches): Promise<Destination> {
  const { scheme, name, port } = nameOf(call, 'pod')
  const pod = await podOf(call, deps, name)
  const [first] = (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports.slice(0, 1))
  const host = pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? ''
  const node = pod.spec?.nodeName
  const behind = node && reaches(node) ? { node, uid: placeOf(pod).uid } : undefined
  if (!behind && !isProxied(host)) throw badRequest('address not allowed')
  return {
    to: 'address',
    scheme,
    host,
    port: port || String(first?.containerPort ?? ''),
    path: pathOf(call),
    ...(behind ? { behind } : {}),
  }
}

const isService = isKind<Service>('v1', 'Service')
const isEndpoints = isKind<Endpoints>('v1', 'Endpoints')

async function findServiceAddress(call: ResourceCall, deps: AnswerDeps, reaches: Reaches): Promise<Destination> {
  const { scheme, name, port } = nameOf(call, 'service')
  const { cluster, namespace } = call.info
  const of = (resource: string) => ({ ...core(resource), cluster, namespace, name })
  let portName = port
  if (/^\d+$/.test(port)) {
    const service = parseObject(await deps.objects.get(of('services')))
    const found = isService(service) ? service.spec?.ports?.find((one) => String(one.port) === port) : undefined
    if (!found) throw serviceUnavailable(`no service port ${port} found for service ${goQuote(name)}`)
    portName = found.name ?? ''
  }
  const endpoints = parseObject(await deps.objects.get(of('endpoints')))
  const { subsets = [] } = isEndpoints(endpoints) ? endpoints : {}
  if (subsets.length === 0) throw serviceUnavailable(`no endpoints available for service ${goQuote(name)}`)
  const open = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports
      .filter((one) => (one.name ?? '') === portName)
      .slice(0, 1)
      .flatMap((one) =>
        addresses.map(({ ip, nodeName: node, targetRef: { uid } = {} }) => ({
          host: ip,
          port: String(one.port),
          ...(node && uid && reaches(node) ? { behind: { node, uid } } : {}),
        })),
      ),
  )
  const chosen = open[between(deps.random, 0, Math.max(0, open.length - 1))]
  if (!chosen || !(chosen.behind || isProxied(chosen.host))) {
    throw serviceUnavailable(`no endpoints available for service ${goQuote(call.info.name)}`)
  }
  return { to: 'address', scheme, ...chosen, path: pathOf(call) }
}

async function findNodePort(call: ResourceCall): Promise<Destination> {
  const { scheme, name, port } = nameOf(call, 'node')
  return { to: 'node', node: name, scheme, port, path: pathOf(call) }
}

function nameOf({ info }: ResourceCall, what: string): ProxiedName {
  const split = splitProxied(info.name)
  if (!split) throw badRequest(`invalid ${what} request ${goQuote(info.name)}`)
  return split
}

/** What follows the subresource, as it stands in the path: a trailing slash may mean something to who gets it. */
function pathOf({ info: { path, rest } }: ResourceCall): string {
  const parts = path.split('/').filter((part) => part !== '')
  const before = new RegExp(`^(?:/+[^/]+){${parts.length - rest.length}}`)
  return path.replace(before, '') || '/'
}

async function podOf(call: ResourceCall, { objects }: AnswerDeps, name?: string): Promise<Pod> {
  return asPod(parseObject(await objects.get(podKey(call, name))))
}

const placeOf = ({ metadata: { namespace = '', name = '', uid = '' } }: Pod): PodPlace => ({ namespace, name, uid })

function nodeOf({ metadata, spec }: Pod): string {
  if (!spec?.nodeName) throw badRequest(`pod ${metadata.name} does not have a host assigned`)
  return spec.nodeName
}

/** The container that is asked for; the only one, when none is. */
function containerOf({ metadata: { name }, spec }: Pod, query: URLSearchParams): string {
  const asked = query.get('container') ?? ''
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {}
  const names = [...initContainers, ...containers, ...ephemeralContainers].map((container) => container.name)
  if (asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`)
    return asked
  }
  const [only] = containers
  if (only && containers.length === 1) return only.name
  const choice = containers.length === 0 ? '' : `, choose one of: [${names.join(' ')}]`
  throw badRequest(`a container name must be specified for pod ${name}${choice}`)
}

/**
 * Whoever opens a stream by GET, as WebSockets do, may also have to create. Source: kubernetes
 * pkg/registry/core/pod/rest ensureAuthorizedForVerb, issue 133515.
 */
function checkMayOpen({ info, request, user }: ResourceCall, { authorizerOf }: AnswerDeps): void {
  if (request.method !== 'GET' && request.method !== 'POST') throw methodNotServed()
  if (request.method === 'POST') return
  const { group, resource, subresource, namespace, name } = info
  const asked = { about: 'resource', verb: 'create', group, resource, subresource, namespace, name } as const
  const { allowed, reason } = authorizerOf(info.cluster).authorize(user, asked)
  if (!allowed)
    throw forbidden({ group, resource: `${resource}/${subresource}` }, name, reason || 'create is not allowed')
}

/** A node that is not there is the client's to know of. */
async function checkNode({ info }: ResourceCall, { objects }: AnswerDeps, name: string): Promise<void> {
  const nodes = core('nodes')
  const found = await objects.find({ ...nodes, cluster: info.cluster, namespace: '', name })
  if (!found) throw notFound(nodes, name)
}
