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
import { badRequest, notFound, notServed, type Status, statusOf, tooLarge } from '@muster/api/status.ts'
import type { Clock, Duration } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { type AuditDeps, type AuditSettings, beginTrail } from '../audit/trail.ts'
import type { Authorizer } from '../auth/authorization.ts'
import type { User } from '../auth/user.ts'
import type { Fairness } from '../fairness/fairness.ts'
import { inTurn } from '../fairness/in-turn.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Registry } from '../registry/registry.ts'
import { type AnswerDeps, answerResource } from '../resources/answer.ts'
import type { ResourceInfo } from '../resources/call.ts'
import { byDefinition } from '../resources/definition-guard.ts'
import { afterBody } from './after-body.ts'
import { loadOf } from './in-flight.ts'
import { isLongRunning, type RequestInfo, requestInfoOf } from './request-info.ts'
import { checkTimeout } from './request-timeout.ts'
import { attributesOf, checkAllowed, type Heard, resourceCall, servedBy } from './resource-call.ts'

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

/** The API. The function that it answers never rejects. */
export function createHandle(deps: HandleDeps): Handle {
  const { clock, log, metrics } = deps

  const auditing: AuditDeps = { ...deps.audit, clock, metrics: metrics.audit, newId: deps.newId }

  const answerUser = async (request: ApiRequest, info: RequestInfo, user: User, heard: Heard) => {
    checkAllowed(deps, info, user, heard)
    if (info.about === 'path') return (await deps.document(request, info, user)) ?? PAGE_NOT_FOUND
    const answered = await byDefinition({ clock, warnings: heard.warnings }, async () => {
      const served = servedBy(deps.registry, info)
      return served && answerResource(resourceCall(deps, request, info, served, user, heard), deps)
    })
    if (answered) return answered
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
    const attributes = attributesOf(info)
    const trail = beginTrail(auditing, request, info, attributes)
    metrics.inFlight(load, 1)
    let response: ApiResponse
    try {
      response = await trail.answered(
        await orRefuse(request, answerOne(request, info, { warnings, trail, attributes })),
      )
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

/** What Go's own server says of a path that nobody answers. */
const PAGE_NOT_FOUND: ApiResponse = answerText(404, '404 page not found\n')

/** What a custom resource does not have below it is as if the object were not there. */
function refuseBelowCustom(registry: Registry, { cluster, group, version, resource, name, subresource }: ResourceInfo) {
  const served = registry.cluster(cluster).find(group, version, resource)
  if (subresource !== '' && served && !served.builtIn) throw notFound({ group, resource }, name)
}

/** A custom group comes and goes with its definitions, and what is gone leaves no trace. */
const isBuiltInGroup = (registry: Registry, { cluster, group }: ResourceInfo): boolean =>
  registry
    .cluster(cluster)
    .groups()
    .some(
      ({ name, versions }) =>
        name === group && versions.some(({ resources }) => resources.some(({ builtIn }) => builtIn)),
    )

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
