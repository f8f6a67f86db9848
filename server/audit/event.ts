/** One line of the audit log: an Event of audit.k8s.io/v1. Source: apiserver pkg/apis/audit/v1/types.go. */
import type { Status } from '@muster/api/status.ts'
import type { User } from '../auth/user.ts'
import type { Level, Stage } from './policy.ts'

/** What happened, without the bodies: those are JSON already, and are put in as they are. */
export interface AuditEvent {
  readonly kind: 'Event'
  readonly apiVersion: 'audit.k8s.io/v1'
  readonly level: Level
  readonly auditID: string
  readonly stage: Stage
  readonly requestURI: string
  readonly verb: string
  readonly user: User | Record<string, never>
  readonly impersonatedUser?: User
  readonly authenticationMetadata?: { readonly impersonationConstraint: string }
  readonly sourceIPs?: readonly string[]
  readonly userAgent?: string
  readonly objectRef?: ObjectReference
  readonly responseStatus?: Partial<Status>
  /** RFC 3339 with microseconds. */
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Which object a request was about. What is empty is left out. */
export interface ObjectReference {
  readonly resource?: string
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
  readonly apiGroup?: string
  readonly apiVersion?: string
  readonly resourceVersion?: string
  readonly subresource?: string
}

/** Bodies, as JSON text. */
export interface Bodies {
  readonly requestObject?: string | undefined
  readonly responseObject?: string | undefined
}

/** An event is at most so long; as kube-apiserver's --audit-log-truncate-max-event-size. In characters. */
export const EVENT_LENGTH_MAX = 100 * 1024

/**
 * The event as one line of JSON, without the newline. One that would be too long goes without its bodies, and says so;
 * undefined when it is too long even then.
 */
export function sayEvent(event: AuditEvent, bodies: Bodies): string | undefined {
  const whole = withBodies(event, bodies)
  if (whole.length <= EVENT_LENGTH_MAX) return whole
  const cut = { ...event, annotations: { ...event.annotations, 'audit.k8s.io/truncated': 'true' } }
  const short = JSON.stringify(cut)
  return short.length <= EVENT_LENGTH_MAX ? short : undefined
}

function withBodies(event: AuditEvent, { requestObject, responseObject }: Bodies): string {
  const more = [
    ...(requestObject === undefined ? [] : [`"requestObject":${requestObject}`]),
    ...(responseObject === undefined ? [] : [`"responseObject":${responseObject}`]),
  ]
  const text = JSON.stringify(event)
  return more.length === 0 ? text : `${text.slice(0, -1)},${more.join(',')}}`
}
