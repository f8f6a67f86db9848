/** The reasons of Kubernetes beside the codes of our own errors, both ways. Source: apimachinery meta/v1 StatusReason. */
import type { ErrorCode } from '@muster/base/errors.ts'
import type { Status, StatusDetails } from './status.ts'

/** The code for a Status: by its reason, and by HTTP where that says nothing. */
export function codeOfStatus({
  reason = '',
  code: http = 500,
  details,
}: Pick<Status, 'reason' | 'code' | 'details'>): ErrorCode {
  if (details?.causes?.some((cause) => cause.reason === 'ResourceVersionTooLarge')) return 'RevisionAhead'
  return CODE_OF_REASON.get(reason) ?? CODE_OF_HTTP.get(http) ?? (http >= 500 ? 'Internal' : 'BadRequest')
}

/** What is said for an error that was thrown without a Status: by the store, or by the base. */
export const REASON_OF_CODE: Readonly<
  Record<ErrorCode, { readonly reason: string; readonly details?: StatusDetails }>
> = {
  Invalid: { reason: 'Invalid' },
  BadRequest: { reason: 'BadRequest' },
  NotFound: { reason: 'NotFound' },
  AlreadyExists: { reason: 'AlreadyExists' },
  Unauthorized: { reason: 'Unauthorized' },
  Forbidden: { reason: 'Forbidden' },
  MethodNotAllowed: { reason: 'MethodNotAllowed' },
  NotAcceptable: { reason: 'NotAcceptable' },
  UnsupportedMediaType: { reason: 'UnsupportedMediaType' },
  Conflict: { reason: 'Conflict' },
  Deposed: { reason: 'Deposed' },
  Gone: { reason: 'Expired' },
  TooLarge: { reason: 'RequestEntityTooLarge' },
  TooManyRequests: { reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } },
  Internal: { reason: 'InternalError' },
  Unavailable: { reason: 'ServiceUnavailable' },
  Timeout: { reason: 'Timeout' },
  RevisionAhead: { reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
  StorageFull: { reason: 'StorageFull' },
  StorageRefused: { reason: 'InternalError' },
  StorageLocked: { reason: 'ServiceUnavailable' },
}

const CODE_OF_REASON: ReadonlyMap<string, ErrorCode> = new Map([
  ['Invalid', 'Invalid'],
  ['BadRequest', 'BadRequest'],
  ['NotFound', 'NotFound'],
  ['AlreadyExists', 'AlreadyExists'],
  ['Unauthorized', 'Unauthorized'],
  ['Forbidden', 'Forbidden'],
  ['MethodNotAllowed', 'MethodNotAllowed'],
  ['NotAcceptable', 'NotAcceptable'],
  ['UnsupportedMediaType', 'UnsupportedMediaType'],
  ['Conflict', 'Conflict'],
  ['Deposed', 'Deposed'],
  ['Gone', 'Gone'],
  ['Expired', 'Gone'],
  ['RequestEntityTooLarge', 'TooLarge'],
  ['TooManyRequests', 'TooManyRequests'],
  ['InternalError', 'Internal'],
  ['StorageReadError', 'Internal'],
  ['ServiceUnavailable', 'Unavailable'],
  ['ServerTimeout', 'Timeout'],
  ['Timeout', 'Timeout'],
  ['StorageFull', 'StorageFull'],
])

const CODE_OF_HTTP: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [406, 'NotAcceptable'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'TooLarge'],
  [415, 'UnsupportedMediaType'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [503, 'Unavailable'],
  [504, 'Timeout'],
  [507, 'StorageFull'],
])
