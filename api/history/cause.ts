/**
 * Why something was written, as it travels: two headers that a controller's client sends with each of its writes.
 *
 *     Muster-Cause: apps/deployments/shop/web@42      the object, and the revision of it, whose change led to the write
 *     Muster-Decision: {"why":"…","rejected":[…]}     what was decided, and what was not taken
 *
 * The core group and the namespace of a cluster-scoped object are empty: `/namespaces//shop@7`. Parts are percent-encoded.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { GroupResource } from '../status.ts'

/** The header that names what led to a write. */
export const CAUSE_HEADER = 'muster-cause'
/** The header that says what was decided, as JSON in ASCII. */
export const DECISION_HEADER = 'muster-decision'

/** One version of one object. */
export interface ObjectRevision extends GroupResource {
  /** Empty for a cluster-scoped object. */
  readonly namespace: string
  readonly name: string
  readonly revision: string
}

/** Something that could have been done instead. */
export interface Rejected {
  readonly choice: string
  readonly why: string
}

/** What a writer says of its write, beside what led to it. */
export interface Decision {
  /** A sentence. */
  readonly why?: string
  /** What was considered and not taken, the best first. */
  readonly rejected?: readonly Rejected[]
  /** The writer looked because a time had come, and not because something had just changed. */
  readonly timer?: true
}

/** What led to a write, and what its writer says of it. */
export interface StatedCause extends Decision {
  readonly object?: ObjectRevision
}

/** As in the header. */
export const formatObjectRevision = ({ group, resource, namespace, name, revision }: ObjectRevision): string =>
  `${[group, resource, namespace, name].map(encodeURIComponent).join('/')}@${revision}`

/** The inverse; undefined for any other text. */
export function parseObjectRevision(text: string): ObjectRevision | undefined {
  const [, group, resource, namespace, name, revision] =
    /^([^/@]*)\/([^/@]+)\/([^/@]*)\/([^/@]+)@(\d{1,16})$/.exec(text) ?? []
  if (group === undefined || resource === undefined || namespace === undefined || !name || !revision) return undefined
  try {
    const [inGroup = '', of = '', within = '', named = ''] = [group, resource, namespace, name].map(decodeURIComponent)
    return { group: inGroup, resource: of, namespace: within, name: named, revision }
  } catch {
    return undefined
  }
}

/** The headers by which a client states a cause; none for an empty one. */
export function causeHeaders({ object, ...decision }: StatedCause): Record<string, string> {
  const said = JSON.stringify(decision)
  return {
    ...(object ? { [CAUSE_HEADER]: formatObjectRevision(object) } : {}),
    ...(said === '{}' ? {} : { [DECISION_HEADER]: said.replace(/[^\x20-\x7e]/g, escaped) }),
  }
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** What a request states. Throws BadRequest, naming the header, for what cannot be read. */
export function statedCause(headers: Readonly<Record<string, string | undefined>>): StatedCause {
  const named = headers[CAUSE_HEADER]
  const object = named ? parseObjectRevision(named) : undefined
  if (named && !object) {
    throw refused(
      CAUSE_HEADER,
      `"${named}" is not GROUP/RESOURCE/NAMESPACE/NAME@REVISION, such as apps/deployments/shop/web@42`,
    )
  }
  return { ...(object ? { object } : {}), ...readDecision(headers[DECISION_HEADER]) }
}

/** Alternatives that are kept. More than that is a log, and belongs into one. */
export const REJECTED_MAX = 16

function readDecision(text: string | undefined): Decision {
  if (!text) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null) throw refused(DECISION_HEADER, 'is no JSON object')
  const { why, rejected = [], timer }: { why?: unknown; rejected?: unknown; timer?: unknown } = value
  if (why !== undefined && typeof why !== 'string') throw refused(DECISION_HEADER, 'why must be a text')
  if (!Array.isArray(rejected) || !rejected.every(isRejected)) {
    throw refused(DECISION_HEADER, 'rejected must be a list of {"choice": TEXT, "why": TEXT}')
  }
  const kept = rejected.slice(0, REJECTED_MAX).map(({ choice, why: because }) => ({ choice, why: because }))
  return {
    ...(why ? { why } : {}),
    ...(kept.length > 0 ? { rejected: kept } : {}),
    ...(timer === true ? { timer: true } : {}),
  }
}

function isRejected(value: unknown): value is Rejected {
  if (typeof value !== 'object' || value === null) return false
  const { choice, why }: { choice?: unknown; why?: unknown } = value
  return typeof choice === 'string' && typeof why === 'string'
}

const refused = (header: string, why: string) => new ControlError('BadRequest', `header ${header}: ${why}`)
