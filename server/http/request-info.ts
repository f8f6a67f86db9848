/**
 * What a path asks for.
 *
 *     /apis/apps/v1/namespaces/shop/deployments/web/scale      in logical cluster `default`
 *     /clusters/eu/api/v1/pods?watch=true                      in logical cluster `eu`
 *     /clusters/* /api/v1/pods                                 in all of them (without the space)
 *
 * Source: apiserver pkg/endpoints/request/requestinfo.go; the `/clusters/NAME` prefix is Muster's own.
 */
import type { ApiRequest } from '@muster/api/message.ts'

interface RequestBase {
  /** The logical cluster; `*` for all of them. */
  readonly cluster: string
  /** The path inside the logical cluster. */
  readonly path: string
  /** As authorization knows it: `list`, `deletecollection`; for other paths HTTP's method in lower case. */
  readonly verb: string
}

/** About a resource, or about anything else: discovery, health, OpenAPI. */
export type RequestInfo =
  | (RequestBase & { readonly about: 'path' })
  | (RequestBase & {
      readonly about: 'resource'
      readonly group: string
      readonly version: string
      /** Empty for a cluster-scoped resource, and for a list over all namespaces. */
      readonly namespace: string
      readonly resource: string
      /** Empty for a collection. */
      readonly name: string
      /** The one name that a list or watch asks for by its field selector: authorization asks about it. */
      readonly selectedName: string
      /** The field selector of what asks for several objects; else empty. */
      readonly fieldSelector: string
      /** Empty for the object itself. */
      readonly subresource: string
      /** What follows the subresource: the path of a proxy. */
      readonly rest: readonly string[]
    })

/** Logical clusters of a path without a prefix. */
export const DEFAULT_CLUSTER = 'default'

/** Takes a request apart. Undefined when the path cannot be decoded. */
export function requestInfoOf({
  method,
  path,
  query,
}: Pick<ApiRequest, 'method' | 'path' | 'query'>): RequestInfo | undefined {
  const split = splitCluster(path)
  const base = { cluster: split.cluster, path: split.path, verb: method.toLowerCase() }
  const parts = partsOf(split.path)
  if (!parts) return undefined
  const isCore = parts[0] === 'api'
  // The core group has no name in the path.
  const versionAt = isCore ? 1 : 2
  if ((!isCore && parts[0] !== 'apis') || parts.length < versionAt + 2) return { ...base, about: 'path' }

  const group = isCore ? '' : (parts[1] ?? '')
  const version = parts[versionAt] ?? ''
  let verb = VERBS[method] ?? base.verb
  let placeAt = versionAt + 1
  const first = parts[placeAt] ?? ''
  if (first === 'watch' || first === 'proxy') {
    if (parts.length < placeAt + 2) return { ...base, about: 'path' }
    verb = first
    placeAt++
  }
  const about = placeOf(parts.slice(placeAt), isCore ? OF_NAMESPACE_ITSELF : OF_NAMESPACE_IN_GROUPS)
  if (about.name === '' && verb === 'get') verb = isTrue(query.get('watch')) ? 'watch' : 'list'
  if (about.name === '' && verb === 'delete') verb = 'deletecollection'
  const fieldSelector = SELECTING.has(verb) ? (query.get('fieldSelector') ?? '') : ''
  const selectedName = about.name === '' ? nameSelected(fieldSelector) : ''
  return { ...base, about: 'resource', verb, group, version, selectedName, fieldSelector, ...about }
}

/** The parts of a path, decoded; undefined when one cannot be. */
function partsOf(path: string): readonly string[] | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  if (!path.includes('%')) return parts
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** `metadata.name=web`, alone or among others. */
const nameSelected = (selector: string): string =>
  /(?:^|,)metadata\.name==?([^,=!\\]+)(?:,|$)/.exec(selector)?.[1] ?? ''

/** Source: apiserver pkg/endpoints/filters/authorization.go. */
const SELECTING: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection'])

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Below a namespace's name, these are its own subresources and not resources in it. */
const OF_NAMESPACE_IN_GROUPS: ReadonlySet<string> = new Set(['status', 'finalize'])
const OF_NAMESPACE_ITSELF: ReadonlySet<string> = new Set([...OF_NAMESPACE_IN_GROUPS, 'history', 'why', 'revert'])

function placeOf(parts: readonly string[], ofNamespace: ReadonlySet<string>) {
  const [resource = '', name = '', subresource = ''] = parts
  if (resource === 'namespaces' && name !== '' && parts.length > 2 && !ofNamespace.has(subresource)) {
    const [, namespace = '', inside = '', inName = '', below = ''] = parts
    return { namespace, resource: inside, name: inName, subresource: below, rest: parts.slice(5) }
  }
  return { namespace: resource === 'namespaces' ? name : '', resource, name, subresource, rest: parts.slice(3) }
}

function splitCluster(path: string): { cluster: string; path: string } {
  if (!path.startsWith('/clusters/')) return { cluster: DEFAULT_CLUSTER, path }
  const [, cluster, rest] = /^\/clusters\/([^/]+)(\/.*)?$/.exec(path) ?? []
  return cluster === undefined ? { cluster: DEFAULT_CLUSTER, path } : { cluster, path: rest ?? '/' }
}

/** As Kubernetes reads a flag in a query: present means true, unless it says 0 or false. */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== '0' && value.toLowerCase() !== 'false'

const STREAMS: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])

/** Goes on for as long as somebody listens: it is told when it begins, too. */
export const isLongRunning = (info: RequestInfo): boolean =>
  info.about === 'resource' && (info.verb === 'watch' || STREAMS.has(info.subresource))
