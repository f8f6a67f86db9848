/**
 * Every error a caller may act on, in one table: what HTTP says, and whether trying again can help.
 *
 * `retry` says what a caller may do with the same request: `no`; `same` (send it again, later); `fresh` (look again
 * first, then decide anew). Statuses are those that Kubernetes clients already understand.
 */
export const ERRORS = {
  Invalid: { http: 422, retry: 'no' },
  BadRequest: { http: 400, retry: 'no' },
  NotFound: { http: 404, retry: 'no' },
  AlreadyExists: { http: 409, retry: 'no' },
  Unauthorized: { http: 401, retry: 'no' },
  Forbidden: { http: 403, retry: 'no' },
  MethodNotAllowed: { http: 405, retry: 'no' },
  NotAcceptable: { http: 406, retry: 'no' },
  UnsupportedMediaType: { http: 415, retry: 'no' },
  Conflict: { http: 409, retry: 'fresh' },
  /** The caller led once and does not lead now. Never retried: a new leader is at work. */
  Deposed: { http: 409, retry: 'no' },
  /** That part of history is no longer kept, or never was this store's. */
  Gone: { http: 410, retry: 'fresh' },
  TooLarge: { http: 413, retry: 'no' },
  TooManyRequests: { http: 429, retry: 'same' },
  Internal: { http: 500, retry: 'no' },
  /** This server cannot serve now: stopped, closing, or never opened. */
  Unavailable: { http: 503, retry: 'same' },
  Timeout: { http: 504, retry: 'same' },
  /** The caller has seen a revision that this server has not reached yet. */
  RevisionAhead: { http: 504, retry: 'same' },
  /** The disk has no room. Nothing was written; reads go on. */
  StorageFull: { http: 507, retry: 'same' },
  /** A file is damaged, or was written by a newer Muster. It was left untouched. */
  StorageRefused: { http: 500, retry: 'no' },
  /** Another process has this store open. */
  StorageLocked: { http: 503, retry: 'same' },
} as const

/** The name of one row of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS

/** An operating error: expected in a healthy system, and handled by its code. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  readonly code: ErrorCode
  /** What a program may want to know besides the message; the API keeps a Kubernetes Status here. */
  readonly details: unknown

  constructor(code: ErrorCode, message: string, cause?: unknown, details?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

/** Asks by name, not `instanceof`, so that two copies of this package still agree. */
export const isControlError = (error: unknown): error is ControlError =>
  error instanceof Error && error.name === 'ControlError' && 'code' in error

/** True for an operating error with this code. */
export const hasCode = (error: unknown, code: ErrorCode): boolean => isControlError(error) && error.code === code

/** A broken promise in our own code. Never caught: a wrong program must stop. */
export function assert(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new TypeError(`broken promise: ${promise}`)
}
