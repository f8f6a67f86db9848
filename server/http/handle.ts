/**
 * The API as one function.
 *
 *     path ─► who? ─► his turn? ─► allowed? ─► resource │ document ─► answer
 *              401       429         403         4xx, 5xx: a Status
 *
 * Source: apiserver pkg/server/config.go DefaultBuildHandlerChain.
 */
import {
  type ApiRequest,
  type ApiResponse,
  answer,
  answerJson,
  answerText,
  BODY_BYTES_MAX,
  type Handle,
} from '@muster/api/message.ts'
import { encodeObject as encodeProtobuf, PROTOBUF_MEDIA_TYPE } from '@muster/api/protobuf/envelope.ts'
import {
  badRequest,
  methodNotServed,
  notFound,
  notServed,
  type Status,
  statusOf,
  tooLarge,
} from '@muster/api/status.ts'
import type { Clock, Duration } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { type AuditDeps, type AuditSettings, type AuditTrail, beginTrail } from '../audit/trail.ts'
import { type Attributes, type Authorizer, forbiddenBy } from '../auth/authorization.ts'
import { ANONYMOUS, isMaster, type User } from '../auth/user.ts'
import type { Fairness } from '../fairness/fairness.ts'
import { inTurn } from '../fairness/in-turn.ts'
import { isOfThePast } from '../history/subresources.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { ALL_VERBS, type Registry, type Served } from '../registry/registry.ts'
import { type AnswerDeps, answerResource } from '../resources/answer.ts'
import type { ResourceCall, ResourceInfo } from '../resources/call.ts'
import { afterBody } from './after-body.ts'
import { loadOf } from './in-flight.ts'
import { isLongRunning, type RequestInfo, requestInfoOf } from './request-info.ts'
import { checkTimeout } from './request-timeout.ts'

/** What the API is made of. */
export interface HandleDeps extends AnswerDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  readonly metrics: Metrics
  /** False for a name that no logical cluster has. `*` stands for all of them. */
  readonly hasCluster: (cluster: string) => boolean
  /** Who asks. Throws Unauthorized. */
  readonly authenticate: (request: ApiRequest, info: RequestInfo, heard: Heard) => Promise<User>
  readonly audit: AuditSettings
  readonly authorizerOf: (cluster: string) => Authorizer
  readonly fairness: Fairness
  /** Answers paths that are about no resource; undefined when there is nothing. */
  readonly document: (request: ApiRequest, info: RequestInfo, user: User) => Promise<ApiResponse | undefined>
}

/** Who is told what a request brings to light. */
export interface Heard {
  /** Sent as Warning headers. */
  readonly warnings: string[]
  readonly trail: AuditTrail
}

/** The API. The function that it answers never rejects. */
export function createHandle(deps: HandleDeps): Handle {
  const { clock, log, metrics } = deps

  const auditing: AuditDeps = { ...deps.audit, clock, metrics: metrics.audit, newId: deps.newId }

  const answerUser = async (request: ApiRequest, info: RequestInfo, user: User, heard: Heard) => {
    checkAllowed(deps, info, user, heard.trail)
    if (info.about === 'path') return (await deps.document(request, info, user)) ?? PAGE_NOT_FOUND
    const served = servedBy(deps.registry, info)
    if (served) return answerResource(resourceCall(deps, request, info, served, user, heard), deps)
    refuseBelowCustom(deps.registry, info)
    if (!isBuiltInGroup(deps.registry, info)) return PAGE_NOT_FOUND
    throw notServed()
  }
  /** A refusal that is thrown, as the answer that it stands for. */
  const orRefuse = (request: ApiRequest, answering: Promise<ApiResponse>): Promise<ApiResponse> =>
    answering.catch((error) => {
      if (!isControlError(error)) throw error
      return refuse(error, request)
    })
  const answerOne = async (request: ApiRequest, info: RequestInfo, heard: Heard): Promise<ApiResponse> => {
    if (!deps.hasCluster(info.cluster)) return PAGE_NOT_FOUND
    if (!isLongRunning(info)) checkTimeout(request.query.get('timeout'))
    if (request.body.length > BODY_BYTES_MAX) throw tooLarge(`limit is ${BODY_BYTES_MAX}`)
    const user = await deps.authenticate(request, info, heard)
    return inTurn(deps, { request, info, user }, () => orRefuse(request, answerUser(request, info, user, heard)))
  }

  return async (request) => {
    const startedAt = clock.elapsed()
    const info = requestInfoOf(request)
    if (!info) return refuse(badRequest('the path holds a part that is not percent-encoded UTF-8'), request)
    const load = loadOf(info.verb)
    const warnings: string[] = []
    const trail = beginTrail(auditing, request, info, attributesOf(info))
    metrics.inFlight(load, 1)
    let response: ApiResponse
    try {
      response = await trail.answered(await orRefuse(request, answerOne(request, info, { warnings, trail })))
    } catch (error) {
      log.error('a request met a fault of ours', { path: request.path, method: request.method, error })
      response = refuse(error, request)
      await trail.panicked(statusOf(error).message)
    }
    response = { ...response, headers: { ...response.headers, 'audit-id': trail.id } }
    count(metrics, info, response.status, (clock.elapsed() - startedAt) as Duration)
    if (response.status === 429) metrics.rejected(load)
    return afterBody(withWarnings(response, warnings), () => metrics.inFlight(load, -1))
  }
}

/** Throws Forbidden. No role lets nobody in particular write, and none lets any but administrators see all clusters at once. */
function checkAllowed({ authorizerOf }: HandleDeps, info: RequestInfo, user: User, trail: AuditTrail): void {
  const attributes = attributesOf(info)
  const { allowed, reason } = authorizerOf(info.cluster).authorize(user, attributes)
  const mayEver =
    (user.username !== ANONYMOUS || loadOf(info.verb) !== 'mutating') && (info.cluster !== '*' || isMaster(user))
  const isAllowed = allowed && mayEver
  trail.annotate('authorization.k8s.io/decision', isAllowed ? 'allow' : 'forbid')
  trail.annotate('authorization.k8s.io/reason', reason)
  if (!isAllowed) throw forbiddenBy(user, attributes, reason)
}

/** What Go's own server says of a path that nobody answers. */
const PAGE_NOT_FOUND: ApiResponse = answerText(404, '404 page not found\n')

/** The resource that a path names; undefined when there is none, or not at such a path. */
function servedBy(registry: Registry, info: ResourceInfo): Served | undefined {
  const served = registry.cluster(info.cluster).find(info.group, info.version, info.resource)
  if (!served || (info.rest.length > 0 && !isPassedOn(served, info))) return undefined
  if (info.name.includes('/')) return undefined
  if (info.subresource !== '' && !hasSubresource(served, info.subresource) && !isOfThePast(served, info.subresource))
    return undefined
  if (served.kind.scope === 'Cluster')
    return info.namespace === '' || info.resource === 'namespaces' ? served : undefined
  return info.namespace === '' && info.name !== '' ? undefined : served
}

/** A custom group comes and goes with its definitions, and what is gone leaves no trace. */
/** What a custom resource does not have below it is as if the object were not there. */
function refuseBelowCustom(registry: Registry, { cluster, group, version, resource, name, subresource }: ResourceInfo) {
  const served = registry.cluster(cluster).find(group, version, resource)
  if (subresource !== '' && served && !served.builtIn) throw notFound({ group, resource }, name)
}

const isBuiltInGroup = (registry: Registry, { cluster, group }: ResourceInfo): boolean =>
  registry
    .cluster(cluster)
    .groups()
    .some(
      ({ name, versions }) =>
        name === group && versions.some(({ resources }) => resources.some(({ builtIn }) => builtIn)),
    )

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

function resourceCall(
  { clock }: HandleDeps,
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
  return { request, info, served, user, now: clock.now(), warnings, trail }
}

const READ_OVER_ALL: ReadonlySet<string> = new Set(['list', 'watch'])
/** Which methods a path has: a collection is listed, added to and emptied, an object read, written and deleted. */
function isAnswered(method: string, info: ResourceInfo, served: Served): boolean {
  const { kind } = served
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
  const { verb, group, resource, subresource, namespace, name, selectedName } = info
  return { about: 'resource', verb, group, resource, subresource, namespace, name: name || selectedName }
}

/** A failure as its Status, in protobuf for those who ask for nothing else. */
function refuse(error: unknown, { headers }: ApiRequest): ApiResponse {
  const status: Status = statusOf(error)
  const code = status.code ?? 500
  const retryAfter = status.details?.retryAfterSeconds
  const more = {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(code === 401 ? { 'www-authenticate': 'Bearer realm="muster"' } : {}),
  }
  const accept = headers.accept ?? ''
  if (accept.startsWith(PROTOBUF_MEDIA_TYPE)) {
    return answer(code, PROTOBUF_MEDIA_TYPE, encodeProtobuf({ ...status, metadata: {} }), more)
  }
  return answerJson(code, status, more)
}

/** Source: RFC 7234 section 5.5; apimachinery util/net NewWarningHeader. */
function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  if (warnings.length === 0) return response
  const said = [...new Set(warnings)].map(
    (text) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`,
  )
  return { ...response, headers: { ...response.headers, warning: said } }
}

function count(metrics: Metrics, info: RequestInfo, code: number, took: Duration): void {
  const about = info.about === 'resource' ? info : { group: '', version: '', resource: '', subresource: '' }
  const { group, version, resource, subresource } = about
  metrics.answered({ verb: info.verb, group, version, resource, subresource, code, took })
}
