/**
 * What one request leaves behind in the audit log.
 *
 *     begin ─► asked (who it is; the policy decides) ─► … what was found out on the way … ─► answered, or panicked
 *                     │ RequestReceived                              ResponseStarted, ResponseComplete │ Panic
 *
 * Source: apiserver pkg/endpoints/filters/audit.go, authn_audit.go, audit_init.go; pkg/audit/context.go, request.go.
 */
import { type ApiRequest, type ApiResponse, piecesOf, type Talk } from '@muster/api/message.ts'
import type { KubeObject, ObjectMeta } from '@muster/api/object.ts'
import { internal } from '@muster/api/status.ts'
import { formatMicroTime } from '@muster/api/time.ts'
import type { Clock, Instant } from '@muster/base/clock.ts'
import type { Attributes } from '../auth/authorization.ts'
import type { Impersonated } from '../auth/impersonation.ts'
import type { User } from '../auth/user.ts'
import { isLongRunning, type RequestInfo } from '../http/request-info.ts'
import { collecting, jsonOf, jsonOfBytes, statusIn } from './bodies.ts'
import { type AuditEvent, EVENT_LENGTH_MAX, type ObjectReference, sayEvent } from './event.ts'
import type { AuditMetrics } from './metrics.ts'
import { isAtLeast, type Policy, type Stage, type Treatment, treatmentOf } from './policy.ts'
import { senderOf, triedCredentials } from './sender.ts'
import type { Sink } from './sink.ts'

/** The audit log of a server. Without a policy or sinks nothing is kept, and requests still have their ids. */
export interface AuditSettings {
  readonly policy?: Policy
  readonly sinks: readonly Sink[]
}

/** What the making of a trail takes. */
export interface AuditDeps extends AuditSettings {
  readonly clock: Clock
  readonly metrics: AuditMetrics
  readonly newId: () => string
}

/** Of one request. Who is told something that the policy does not want forgets it. */
export interface AuditTrail {
  /** As the client named the request, or a name that it has from here. */
  readonly id: string
  /** Who it is that asks. Throws Internal where the request may not go on without its first line. */
  asked(user: User): Promise<void>
  /** In whose name he asks. */
  impersonates(impersonated: Impersonated): void
  /** The first that is said of a key counts. `Request`: only where bodies are kept too. */
  annotate(key: string, value: string, level?: 'Request'): void
  /** The object of the body, as it was read. */
  received(object: KubeObject): void
  /** The body of a patch. */
  receivedPatch(patch: unknown): void
  /** The answer; who sends it on sends what comes back, and so tells when it ends. */
  answered(response: ApiResponse): Promise<ApiResponse>
  /** Of a part of the request: told of by itself, with the same id and in the same name. Throws as {@link asked}. */
  part(request: ApiRequest, info: RequestInfo, attributes: Attributes): Promise<AuditTrail>
  /** A fault of ours. */
  panicked(why: string): Promise<void>
}

/** Begins the trail of a request. */
export function beginTrail(
  deps: AuditDeps,
  request: ApiRequest,
  info: RequestInfo,
  attributes: Attributes,
): AuditTrail {
  const { policy, sinks, clock, metrics, newId } = deps
  const id = request.headers['audit-id'] || newId()
  if (!policy || sinks.length === 0) return silentTrail(id)
  const began = clock.now()
  const annotations: Record<string, string> = {}
  const known: Known = { objectRef: referenceOf(info, attributes), user: {} }
  let who: User | undefined
  let treatment: Treatment | undefined
  const treat = (user?: User): Treatment => {
    treatment ??= treatmentOf(policy, user, attributes)
    return treatment
  }
  const keeps = (level: Treatment['level']): boolean => treatment !== undefined && isAtLeast(treatment.level, level)

  /** Tells the sinks; false when one that must keep it could not. */
  const tell = async (stage: Stage): Promise<boolean> => {
    const { level, omitStages } = treat()
    if (level === 'None' || omitStages.includes(stage)) return true
    const event: AuditEvent = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level,
      auditID: id,
      stage,
      requestURI: uriOf(request),
      verb: attributes.verb,
      user: known.user,
      ...(known.impersonated ? impersonationOf(known.impersonated) : {}),
      ...senderOf(request),
      ...(known.objectRef ? { objectRef: known.objectRef } : {}),
      ...(known.responseStatus ? { responseStatus: known.responseStatus } : {}),
      requestReceivedTimestamp: microTime(began),
      stageTimestamp: microTime(stage === 'RequestReceived' ? began : clock.now()),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    }
    metrics.event()
    const line = sayEvent(event, known)
    if (line === undefined) {
      metrics.failed('truncate', 1)
      return true
    }
    let isKept = true
    const waits: Promise<boolean>[] = []
    for (const sink of sinks) {
      const written = sink.put(line)
      if (written) waits.push(written.then((isWritten) => isWritten || !isStrict(sink)))
    }
    for (const wait of waits) isKept = (await wait) && isKept
    return isKept
  }

  return {
    id,
    async asked(user) {
      who = user
      known.user = user
      metrics.level(treat(user).level)
      if (await tell('RequestReceived')) return
      metrics.refused()
      throw internal('failed to store audit event')
    },
    impersonates(impersonated) {
      known.impersonated = impersonated
    },
    annotate(key, value, level = undefined) {
      if (keeps(level ?? 'Metadata')) annotations[key] ??= value
    },
    received(object) {
      if (!keeps('Metadata')) return
      known.objectRef = completed(known.objectRef, object.metadata)
      if (keeps('Request')) known.requestObject = jsonOf(object, treat().omitManagedFields)
    },
    receivedPatch(patch) {
      if (keeps('Request')) known.requestObject = JSON.stringify(patch)
    },
    async answered(response) {
      const isUnknown = treatment === undefined
      if (isUnknown) metrics.level(treat().level)
      if (!keeps('Metadata')) return response
      known.responseStatus = { metadata: {}, ...statusIn(response), code: response.status }
      if (isUnknown && response.status === 401) {
        known.responseStatus = { metadata: {}, message: triedCredentials(request), code: 401 }
        await tell('ResponseStarted')
        return response
      }
      if (isLongRunning(info)) await tell('ResponseStarted')
      const keepsBody = keeps('RequestResponse') && info.about === 'resource' && !isLongRunning(info)
      const { body } = response
      if (body.body === 'bytes') {
        if (keepsBody) known.responseObject = jsonOfBytes(body.bytes, response, treat().omitManagedFields)
        await tell('ResponseComplete')
        return response
      }
      if (body.body === 'conversation') {
        const talk: Talk = (connection) => body.talk(connection).finally(() => tell('ResponseComplete'))
        return { ...response, body: { ...body, talk } }
      }
      const stream = collecting(piecesOf(body), keepsBody ? EVENT_LENGTH_MAX : 0, async (bytes) => {
        if (keepsBody) known.responseObject = bytes && jsonOfBytes(bytes, response, treat().omitManagedFields)
        await tell('ResponseComplete')
      })
      return { ...response, body: { body: 'stream', stream } }
    },
    async part(partial, partInfo, partAttributes) {
      const headers = { ...partial.headers, 'audit-id': id }
      const trail = beginTrail(deps, { ...partial, headers }, partInfo, partAttributes)
      if (known.impersonated) trail.impersonates(known.impersonated)
      if (who) await trail.asked(who)
      return trail
    },
    async panicked(why) {
      if (treatment === undefined) metrics.level(treat().level)
      const message = `APIServer panic'd: ${why}`
      known.responseStatus = { metadata: {}, status: 'Failure', reason: 'InternalError', message, code: 500 }
      await tell('Panic')
    },
  }
}

/** What is found out on the way. */
interface Known {
  user: AuditEvent['user']
  objectRef: ObjectReference | undefined
  impersonated?: Impersonated
  responseStatus?: AuditEvent['responseStatus'] & object
  requestObject?: string | undefined
  responseObject?: string | undefined
}

const silentTrail = (id: string): AuditTrail => ({
  id,
  asked: async () => {},
  impersonates() {},
  annotate() {},
  received() {},
  receivedPatch() {},
  answered: async (response) => response,
  part: async () => silentTrail(id),
  panicked: async () => {},
})

const isStrict = ({ mode }: Sink): boolean => mode === 'blocking-strict'

const microTime = (at: Instant): string => formatMicroTime(at) ?? ''

function uriOf({ path, query }: ApiRequest): string {
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

function impersonationOf({ user, constraint }: Impersonated) {
  return {
    impersonatedUser: user,
    ...(constraint ? { authenticationMetadata: { impersonationConstraint: constraint } } : {}),
  }
}

function referenceOf(info: RequestInfo, attributes: Attributes): ObjectReference | undefined {
  if (info.about !== 'resource' || attributes.about !== 'resource') return undefined
  const { resource, namespace, name, group, subresource } = attributes
  return {
    ...(resource ? { resource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(group ? { apiGroup: group } : {}),
    apiVersion: info.version,
    ...(subresource ? { subresource } : {}),
  }
}

/** What the path does not say of an object, its body may. */
const completed = (
  reference: ObjectReference = {},
  { name, namespace, uid, resourceVersion }: ObjectMeta,
): ObjectReference => ({
  ...(name ? { name } : {}),
  ...(namespace ? { namespace } : {}),
  ...(uid ? { uid } : {}),
  ...(resourceVersion ? { resourceVersion } : {}),
  ...reference,
})
