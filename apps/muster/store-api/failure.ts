/** Errors on the wire: the Status object that Kubernetes clients know how to read. */
import { ControlError, ERRORS, type ErrorCode, isControlError } from '@muster/base/errors.ts'
import type { Fields } from './fields.ts'

/** What a request that failed is answered with. */
export interface Failure {
  readonly kind: 'Status'
  readonly status: 'Failure'
  /** A code of the house's one table of errors. */
  readonly reason: ErrorCode
  readonly code: number
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** The Status for a code, with the HTTP status that the table gives it. */
export const failure = (reason: ErrorCode, message: string, details?: Failure['details']): Failure => ({
  kind: 'Status',
  status: 'Failure',
  reason,
  code: ERRORS[reason].http,
  message,
  ...(details && { details }),
})

/** The Status for anything that was thrown. What is no operating error is told as Internal. */
export const failureOf = (error: unknown): Failure =>
  isControlError(error)
    ? failure(error.code, error.message)
    : failure('Internal', `a fault of the server: ${error instanceof Error ? error.message : String(error)}`)

/** The error that a Status stands for, for callers of the server. */
export function errorOfFailure(fields: Fields): ControlError {
  const reason = fields.text('reason')
  return isErrorCode(reason)
    ? new ControlError(reason, fields.text('message'))
    : new ControlError('Internal', `${reason}: ${fields.text('message')}`)
}

const isErrorCode = (reason: string): reason is ErrorCode => Object.hasOwn(ERRORS, reason)
