/**
 * What is wrong with one field, in Kubernetes' words: `spec.replicas: Invalid value: -1: must be greater than …`.
 * Source: apimachinery pkg/util/validation/field (path.go, errors.go).
 */

/** Where a field is: `spec.containers[0].name`, `metadata.labels[app]`. Built with {@link child}, {@link index}, {@link key}. */
export type FieldPath = string

/** The path of a field below another; the root has the empty path. */
export const child = (path: FieldPath, ...names: string[]): FieldPath => [path, ...names].filter(Boolean).join('.')
/** The path of an item of a list. */
export const index = (path: FieldPath, at: number): FieldPath => `${path}[${at}]`
/** The path of an entry of a map. */
export const key = (path: FieldPath, name: string): FieldPath => `${path}[${name}]`

/** The reasons that Kubernetes gives, each with the words that its messages use. */
export const FIELD_ERROR_WORDS = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
} as const

/** The `reason` of a cause in a Status. */
export type FieldErrorReason = keyof typeof FIELD_ERROR_WORDS

/** One thing that is wrong. `message` is without the path: `Invalid value: "x": must be …`. */
export interface FieldError {
  readonly reason: FieldErrorReason
  readonly path: FieldPath
  readonly message: string
}

/** A value that is not allowed, and why. */
export const invalid = (path: FieldPath, value: unknown, why: string): FieldError =>
  fieldError('FieldValueInvalid', path, why, value)
/** A value of the wrong type. */
export const typeInvalid = (path: FieldPath, value: unknown, why: string): FieldError =>
  fieldError('FieldValueTypeInvalid', path, why, value)
/** A value that must be given. */
export const required = (path: FieldPath, why = ''): FieldError => fieldError('FieldValueRequired', path, why)
/** A value that appears twice where it may appear once. */
export const duplicate = (path: FieldPath, value: unknown): FieldError =>
  fieldError('FieldValueDuplicate', path, '', value)
/** A value that names something which is not there. */
export const notFound = (path: FieldPath, value: unknown): FieldError =>
  fieldError('FieldValueNotFound', path, '', value)
/** A field that may not be set or changed here. */
export const forbidden = (path: FieldPath, why: string): FieldError => fieldError('FieldValueForbidden', path, why)
/** A value that is none of a fixed set. */
export const notSupported = (path: FieldPath, value: unknown, supported: readonly string[]): FieldError =>
  fieldError(
    'FieldValueNotSupported',
    path,
    supported.length === 0 ? '' : `supported values: ${supported.map((word) => JSON.stringify(word)).join(', ')}`,
    value,
  )
/** A text longer than it may be. */
export const tooLong = (path: FieldPath, bytesMax: number): FieldError =>
  fieldError('FieldValueTooLong', path, bytesMax < 0 ? 'value is too long' : `may not be more than ${bytesMax} bytes`)
/** More entries than there may be. */
export const tooMany = (path: FieldPath, count: number, max: number): FieldError =>
  fieldError(
    'FieldValueTooMany',
    path,
    max < 0 ? 'has too many items' : `must have at most ${max} item${max === 1 ? '' : 's'}`,
    count,
  )

const VALUELESS: ReadonlySet<FieldErrorReason> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'InternalError',
])

function fieldError(reason: FieldErrorReason, path: FieldPath, why: string, value?: unknown): FieldError {
  const shown = VALUELESS.has(reason) ? '' : `: ${JSON.stringify(value) ?? 'null'}`
  return { reason, path, message: `${FIELD_ERROR_WORDS[reason]}${shown}${why ? `: ${why}` : ''}` }
}

/** `path: message`, as one line. */
export const sayFieldError = ({ path, message }: FieldError): string => `${path === '' ? '<nil>' : path}: ${message}`
