/**
 * From what a path asks for to a call of a resource: what is served there, whether it answers such a method, and whether
 * the user may. What is part of another request, as in a transaction, goes the same way.
 */
import type { ApiRequest } from '@muster/api/message.ts'
import { badRequest, methodNotServed } from '@muster/api/status.ts'
import type { Clock } from '@muster/base/clock.ts'
import type { AuditTrail } from '../audit/trail.ts'
import { type Attributes, type Authorizer, forbiddenBy } from '../auth/authorization.ts'
import { ANONYMOUS, isMaster, type User } from '../auth/user.ts'
import type { ClusterNetwork } from '../cluster/network.ts'
import { isOfThePast } from '../history/subresources.ts'
import { ALL_VERBS, type Registry, type Served } from '../registry/registry.ts'
import type { ResourceCall, ResourceInfo } from '../resources/call.ts'
import { loadOf } from './in-flight.ts'
import type { RequestInfo } from './request-info.ts'

/** Who is told what a request brings to light. */
export interface Heard {
  /** Sent as Warning headers. */
  readonly warnings: string[]
  readonly trail: AuditTrail
  /** What is asked of authorization. */
  readonly attributes: Attributes
}

/** Throws Forbidden. No role lets nobody in particular write, and none lets any but administrators see all clusters at once. */
export function checkAllowed(
  { authorizerOf }: { readonly authorizerOf: (cluster: string) => Authorizer },
  info: RequestInfo,
  user: User,
  { attributes, trail }: Pick<Heard, 'attributes' | 'trail'>,
): void {
  const { allowed, reason } = authorizerOf(info.cluster).authorize(user, attributes)
  const mayEver =
    (user.username !== ANONYMOUS || loadOf(info.verb) !== 'mutating') && (info.cluster !== '*' || isMaster(user))
  const isAllowed = allowed && mayEver
  trail.annotate('authorization.k8s.io/decision', isAllowed ? 'allow' : 'forbid')
  trail.annotate('authorization.k8s.io/reason', reason)
  if (!isAllowed) throw forbiddenBy(user, attributes, reason)
}

/** The resource that a path names; undefined when there is none, or not at such a path. */
export function servedBy(registry: Registry, info: ResourceInfo): Served | undefined {
  const served = registry.cluster(info.cluster).find(info.group, info.version, info.resource)
  if (!served || (info.rest.length > 0 && !isPassedOn(served, info))) return undefined
  if (info.name.includes('/')) return undefined
  if (info.subresource !== '' && !hasSubresource(served, info.subresource) && !isOfThePast(served, info.subresource))
    return undefined
  if (served.kind.scope === 'Cluster')
    return info.namespace === '' || info.resource === 'namespaces' ? served : undefined
  return info.namespace === '' && info.name !== '' ? undefined : served
}

function hasSubresource({ version }: Served, name: string): boolean {
  const { status, scale, others = [] } = version.subresources
  return (
    (name === 'status' && status === true) ||
    (name === 'scale' && scale !== undefined) ||
    others.some((other) => other.name === name)
  )
}

/** Whatever follows `/proxy/` is for who is behind it. */
const isPassedOn = ({ version }: Served, { subresource }: ResourceInfo): boolean =>
  version.subresources.others?.some(({ name, verbs }) => name === subresource && verbs.includes('connect')) ?? false

/** The call. Throws MethodNotAllowed, and BadRequest where it is over all logical clusters and may not be. */
export function resourceCall(
  { clock, networkOf }: { readonly clock: Clock; readonly networkOf: (cluster: string) => ClusterNetwork },
  request: ApiRequest,
  info: ResourceInfo,
  served: Served,
  user: User,
  { warnings, trail }: Heard,
): ResourceCall {
  if (info.cluster === '*' && !READ_OVER_ALL.has(info.verb)) {
    throw badRequest(
      'over all logical clusters objects can be listed and watched; name the cluster to read or write one',
    )
  }
  if (!isAnswered(request.method, info, served)) throw methodNotServed()
  const { deprecated } = served.version
  if (deprecated) {
    warnings.push(deprecated.warning)
    trail.annotate('k8s.io/deprecated', 'true')
  }
  return { request, info, served, user, now: clock.now(), network: networkOf(info.cluster), warnings, trail }
}

const READ_OVER_ALL: ReadonlySet<string> = new Set(['list', 'watch'])

/** Which methods a path has: a collection is listed, added to and emptied, an object read, written and deleted. */
function isAnswered(method: string, info: ResourceInfo, served: Served): boolean {
  const { kind } = served
  // Who is behind a proxy may know methods that the API has no use for.
  if (info.subresource !== '' && isPassedOn(served, info)) return method !== 'TRACE'
  if (info.subresource !== '') return method !== 'OPTIONS' && method !== 'TRACE' && method !== 'HEAD'
  const verbs: readonly string[] = kind.verbs ?? ALL_VERBS
  const inAllNamespaces = kind.scope === 'Namespaced' && info.namespace === ''
  switch (method) {
    case 'GET':
      return verbs.includes(info.name === '' ? 'list' : 'get')
    case 'POST':
      return info.name === '' && verbs.includes('create') && (!inAllNamespaces || !verbs.includes('get'))
    case 'PUT':
    case 'PATCH':
      return info.name !== '' && verbs.includes(method === 'PUT' ? 'update' : 'patch')
    case 'DELETE':
      return info.name === '' ? verbs.includes('deletecollection') && !inAllNamespaces : verbs.includes('delete')
    default:
      return false
  }
}

/** The question that authorization is asked. */
export function attributesOf(info: RequestInfo): Attributes {
  if (info.about === 'path') return { about: 'path', verb: info.verb, path: info.path }
  const { verb, group, resource, subresource, namespace, name, selectedName, fieldSelector } = info
  const asked = {
    about: 'resource',
    verb,
    group,
    resource,
    subresource,
    namespace,
    name: name || selectedName,
  } as const
  return fieldSelector === '' ? asked : { ...asked, fieldSelector }
}
