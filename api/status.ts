/**
 * Every answer of the API that is not an object: the Status of Kubernetes, and the errors that carry one.
 *
 * Each function below makes a ControlError whose `details` is the whole Status, with the message that Kubernetes gives
 * for it word for word: clients and people's scripts compare them. {@link statusOf} turns whatever was thrown into the
 * Status that is sent; {@link errorOf} is the way back, for a client that received one.
 *
 * Source: apimachinery pkg/api/errors, apis/meta/v1 Status; apiserver pkg/storage and pkg/endpoints/handlers.
 */
import { ControlError, ERRORS, type ErrorCode, isControlError } from '@muster/base/errors.ts'
import { type FieldError, sayFieldErrors, sayPath } from './field-error.ts'
import { goQuote } from './go-text.ts'
import { codeOfStatus, REASON_OF_CODE } from './status-reasons.ts'

/** What was done, or why it was not. Source: apimachinery meta/v1 Status. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string }
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  /** The status of HTTP. Kubernetes leaves it out where something was deleted. */
  readonly code?: number
}

/** The Status of an error: it always says what and with which status of HTTP; why, where Kubernetes has a word for it. */
export interface Failure extends Status {
  readonly status: 'Failure'
  readonly message: string
  readonly code: number
}

/** What a program may want to know of a failure. `kind` holds a resource's plural name, or a kind. */
export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** One of the things that are wrong. `reason` is that of a field error, or `FieldManagerConflict` and its like. */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** A resource as messages name it: `pods`, `deployments.apps`. */
export interface GroupResource {
  readonly group: string
  /** The plural name. */
  readonly resource: string
}

/** A kind as messages name it: `Pod`, `Deployment.apps`. */
export interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** 404: there is no such object. */
export const notFound = (resource: GroupResource, name: string): ControlError =>
  failure('NotFound', 'NotFound', `${sayResource(resource)} ${goQuote(name)} not found`, about(resource, name))

/** 404: the group is known, and has nothing at this path. */
export const notServed = (): ControlError =>
  failure('NotFound', 'NotFound', 'the server could not find the requested resource', {})

/** 405: the path is there, and nothing at it answers this method. */
export const methodNotServed = (): ControlError =>
  failure('MethodNotAllowed', 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

/** 415: no patch of this type is taken here. */
export const unsupportedPatch = (): ControlError =>
  failure('UnsupportedMediaType', 'UnsupportedMediaType', '415: Unsupported Media Type', {})

/** 406: none of the forms that the caller takes can be given, whatever he asks to see. */
export const notAcceptableAtAll = (available: readonly string[]): ControlError =>
  failure(
    'NotAcceptable',
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`,
    {},
  )

/** 409: the name is taken. */
export const alreadyExists = (resource: GroupResource, name: string): ControlError =>
  failure(
    'AlreadyExists',
    'AlreadyExists',
    `${sayResource(resource)} ${goQuote(name)} already exists`,
    about(resource, name),
  )

/** 409: the name that the server made up is taken; trying again makes another. */
export const generatedNameExists = (resource: GroupResource, name: string, retryAfterSeconds = 1): ControlError =>
  failure(
    'AlreadyExists',
    'AlreadyExists',
    `${sayResource(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`,
    { ...about(resource, name), ...retryAfter(retryAfterSeconds) },
  )

/** 401: who asks is not known. */
export const unauthorized = (why = '', cause?: unknown): ControlError =>
  failure('Unauthorized', 'Unauthorized', why === '' ? 'not authorized' : why, undefined, { cause })

/** 403: who asks may not. The resource and the name may both be empty: then only `why` is said. */
export function forbidden(resource: GroupResource, name: string, why: string): ControlError {
  const subject = name === '' ? sayResource(resource) : `${sayResource(resource)} ${goQuote(name)}`
  const message = isNothing(resource) ? `forbidden: ${why}` : `${subject} is forbidden: ${why}`
  return failure('Forbidden', 'Forbidden', message, about(resource, name))
}

/** 409: the object is not what the caller took it for. */
export const conflict = (resource: GroupResource, name: string, why: string): ControlError =>
  failure(
    'Conflict',
    'Conflict',
    `Operation cannot be fulfilled on ${sayResource(resource)} ${goQuote(name)}: ${why}`,
    about(resource, name),
  )

/** The `why` of a {@link conflict} over resourceVersion. Source: apiserver registry/generic/registry OptimisticLockErrorMsg. */
export const OBJECT_MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again'

/** 409: fields belong to other managers. */
export const applyConflict = (causes: readonly StatusCause[], message: string): ControlError =>
  failure('Conflict', 'Conflict', message, causes.length === 0 ? {} : { causes })

/** 410: what was here is gone for good. */
export const gone = (message: string): ControlError => failure('Gone', 'Gone', message)

/** 410: that part of history is no longer kept; list again. */
export const expired = (message: string): ControlError => failure('Gone', 'Expired', message)

/** 422: the object breaks rules, each named with its field. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): ControlError {
  const subject = `${sayKind(kind)} ${goQuote(name)} is invalid`
  const causes = errors.map((error) => ({ reason: error.reason, message: error.message, field: sayPath(error) }))
  const details = { ...about({ group: kind.group, resource: kind.kind }, name), ...(causes.length > 0 && { causes }) }
  return failure('Invalid', 'Invalid', errors.length === 0 ? subject : `${subject}: ${sayFieldErrors(errors)}`, details)
}

/** 400: the request makes no sense. */
export const badRequest = (why: string, cause?: unknown): ControlError =>
  failure('BadRequest', 'BadRequest', why, undefined, { cause })

/** 429: not now; a rule of the resource says so, such as a disruption budget. */
export const tooManyRequests = (message: string, retryAfterSeconds: number): ControlError =>
  failure('TooManyRequests', 'TooManyRequests', message, retryAfter(retryAfterSeconds))

/** 429: the server has more to do than it can. */
export const overloaded = (message: string): ControlError =>
  failure('TooManyRequests', 'TooManyRequests', `Too many requests: ${message}`)

/** 503: this server cannot serve now. */
export const serviceUnavailable = (why: string): ControlError => failure('Unavailable', 'ServiceUnavailable', why)

/** 405: this resource cannot do that. `action` is a verb of the API, such as `create`. */
export const methodNotAllowed = ({ group, resource }: GroupResource, action: string): ControlError =>
  failure(
    'MethodNotAllowed',
    'MethodNotAllowed',
    `${action} is not supported on resources of kind ${goQuote(sayResource({ group, resource }))}`,
    about({ group, resource }, ''),
  )

/** 405: the definition of a custom resource is being deleted. Source: apiextensions pkg/apiserver customresource_handler.go. */
export const createWhileEnding = ({ group, resource }: GroupResource): ControlError =>
  failure(
    'MethodNotAllowed',
    'MethodNotAllowed',
    'create not allowed while custom resource definition is terminating',
    about({ group, resource }, ''),
  )

/** 500, to be tried again: the store did not answer. `operation` is a verb of the API. */
export const serverTimeout = (resource: GroupResource, operation: string, retryAfterSeconds: number): ControlError =>
  failure(
    'Timeout',
    'ServerTimeout',
    `The ${operation} operation against ${sayResource(resource)} could not be completed at this time, please try again.`,
    { ...about(resource, operation), ...retryAfter(retryAfterSeconds) },
    { http: 500 },
  )

/** 500: the server failed. */
export const internal = (why: string, cause?: unknown): ControlError =>
  failure('Internal', 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] }, { cause })

/** 504: it took longer than the caller or the server allows; it may still happen. */
export const timeout = (message: string, retryAfterSeconds = 0): ControlError =>
  failure('Timeout', 'Timeout', `Timeout: ${message}`, retryAfter(retryAfterSeconds))

/** 504: the caller has seen a revision that this server has not. */
export const tooLargeResourceVersion = (asked: number, current: number, retryAfterSeconds: number): ControlError =>
  failure('RevisionAhead', 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    ...retryAfter(retryAfterSeconds),
  })

/** 413: the request is larger than the server takes. */
export const tooLarge = (message: string): ControlError =>
  failure('TooLarge', 'RequestEntityTooLarge', `Request entity too large: ${message}`)

/** 406: none of the media types that the caller takes can be sent. */
export const notAcceptable = (accepted: readonly string[]): ControlError =>
  failure('NotAcceptable', 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)

/** 406: the kind that the caller asks to have the object as, such as a Table, cannot be sent in that media type. */
export const notAcceptableAs = (target: string, accepted: readonly string[]): ControlError =>
  failure(
    'NotAcceptable',
    'NotAcceptable',
    `only the following media types are accepted when converting to ${target}: ${accepted.join(', ')}`,
  )

/** 415: the body is in a form that this resource does not take. */
export const unsupportedMediaType = (accepted: readonly string[]): ControlError =>
  failure(
    'UnsupportedMediaType',
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/** 422 without a kind: what a patch asks cannot be done. Kubernetes keeps why to itself; here it is in the cause. */
export const unprocessable = (why: string): ControlError =>
  failure('Invalid', 'Invalid', 'the server rejected our request due to an error in our request', {}, { cause: why })

/** The Status of a deletion: `name` and `uid` are those of the object that is no more. */
export const deleted = (resource: GroupResource, name: string, uid: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { ...about(resource, name), ...(uid !== '' && { uid }) },
})

/** The Status to send for whatever was thrown. What is no operating error is a fault of the server: 500. */
export function statusOf(error: unknown): Failure {
  if (!isControlError(error)) return statusOf(internal(error instanceof Error ? error.message : String(error)))
  if (isFailure(error.details)) return error.details
  const { reason, details } = REASON_OF_CODE[error.code]
  return statusFrom(ERRORS[error.code].http, reason, error.message, details)
}

/** The error for a Status that a server sent. Its code follows from the reason, and from HTTP where that says nothing. */
export function errorOf(status: Status): ControlError {
  const message = status.message ?? `the server answered with the status ${status.code ?? 500}`
  return new ControlError(codeOfStatus(status), message, undefined, status)
}

/** True for a Status, such as the `details` of an error or a parsed body. */
export const isStatus = (value: unknown): value is Status =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' && 'status' in value

/** `pods`, `deployments.apps`. Source: apimachinery schema.GroupResource. */
export const sayResource = ({ group, resource }: GroupResource): string =>
  group === '' ? resource : `${resource}.${group}`

/** `Pod`, `Deployment.apps`. Source: apimachinery schema.GroupKind. */
export const sayKind = ({ group, kind }: GroupKind): string => (group === '' ? kind : `${kind}.${group}`)

interface Rest {
  /** Where Kubernetes answers otherwise than the table of errors. */
  readonly http?: number
  readonly cause?: unknown
}

function failure(
  code: ErrorCode,
  reason: string,
  message: string,
  details?: StatusDetails,
  { http = ERRORS[code].http, cause }: Rest = {},
): ControlError {
  return new ControlError(code, message, cause, statusFrom(http, reason, message, details))
}

const isFailure = (value: unknown): value is Failure =>
  isStatus(value) && value.message !== undefined && value.code !== undefined

const statusFrom = (http: number, reason: string, message: string, details?: StatusDetails): Failure => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  ...(details && { details }),
  code: http,
})

/** Go leaves out what is empty. */
const about = ({ group, resource }: GroupResource, name: string): StatusDetails => ({
  ...(name !== '' && { name }),
  ...(group !== '' && { group }),
  ...(resource !== '' && { kind: resource }),
})

const retryAfter = (retryAfterSeconds: number): StatusDetails => (retryAfterSeconds === 0 ? {} : { retryAfterSeconds })

const isNothing = ({ group, resource }: GroupResource): boolean => group === '' && resource === ''

/**
 * 500 without a reason: what Kubernetes makes of an error that it foresaw no answer for. kubectl prints the message
 * alone. Source: apiserver pkg/endpoints/handlers/responsewriters ErrorToAPIStatus.
 */
export function plainFailure(message: string, cause?: unknown): ControlError {
  const status: Failure = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    code: 500,
  }
  return new ControlError('Internal', message, cause, status)
}
