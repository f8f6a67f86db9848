/**
 * What is wrong with one field, in Kubernetes' words: `spec.replicas: Invalid value: -1: must be greater than …`.
 * Source: apimachinery pkg/util/validation/field (path.go, errors.go).
 */
import { goJson, goNumber, goQuote } from './go-text.ts'

/** Where a field is: `spec.containers[0].name`, `metadata.labels[app]`. Built with {@link child}, {@link index}, {@link key}. */
export type FieldPath = string

/** The path of a field below another; the root has the empty path. */
export function child(path: FieldPath, ...names: string[]): FieldPath {
  let below = path
  for (const name of names) if (name !== '') below = below === '' ? name : `${below}.${name}`
  return below
}
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
  FieldValueTooShort: 'Too short',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
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

/** Stands for a value that the message leaves out: it is too large to repeat, or says nothing. */
export const OMITTED: unique symbol = Symbol('omitted value')

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
    supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`,
    value,
  )
/** A text longer than it may be, in bytes. A negative limit is not said. */
export const tooLong = (path: FieldPath, bytesMax: number): FieldError =>
  fieldError(
    'FieldValueTooLong',
    path,
    bytesMax < 0 ? 'value is too long' : `may not be more than ${count(bytesMax, 'byte')}`,
  )
/** A text longer than it may be, in characters. A negative limit is not said. */
export const tooLongCharacters = (path: FieldPath, charactersMax: number): FieldError =>
  fieldError(
    'FieldValueTooLong',
    path,
    charactersMax < 0 ? 'value is too long' : `may not be more than ${count(charactersMax, 'character')}`,
  )
/** A text shorter than it must be. A negative limit is not said. */
export const tooShort = (path: FieldPath, charactersMin: number): FieldError =>
  fieldError(
    'FieldValueTooShort',
    path,
    charactersMin < 0 ? 'value is too short' : `must be at least ${count(charactersMin, 'character')}`,
  )
/** More items than there may be. A negative number of items is left out; a negative limit is not said. */
export const tooMany = (path: FieldPath, items: number, itemsMax: number): FieldError =>
  fieldError(
    'FieldValueTooMany',
    path,
    itemsMax < 0 ? 'has too many items' : `must have at most ${count(itemsMax, 'item')}`,
    items < 0 ? OMITTED : items,
  )
/** Fewer items than there must be. A negative limit is not said. */
export const tooFew = (path: FieldPath, items: number, itemsMin: number): FieldError =>
  fieldError(
    'FieldValueTooFew',
    path,
    itemsMin < 0 ? 'has too few items' : `must have at least ${count(itemsMin, 'item')}`,
    items,
  )
/** Something went wrong here that is not the client's doing. */
export const internalFieldError = (path: FieldPath, why: string): FieldError => fieldError('InternalError', path, why)

/** Where the error is, as messages and causes print it: the root is `<nil>`, as Go prints it. */
export const sayPath = ({ path }: FieldError): string => (path === '' ? '<nil>' : path)

/** `path: message`, as one line. */
export const sayFieldError = (error: FieldError): string => `${sayPath(error)}: ${error.message}`

/** All of them in one line. */
export const sayFieldErrors = (errors: readonly FieldError[]): string => sayTogether(errors.map(sayFieldError))

/** Errors in one line: alone as it is, several in brackets, none twice. Source: apimachinery util/errors Aggregate. */
export function sayTogether(errors: readonly string[]): string {
  const lines = [...new Set(errors)]
  return lines.length === 1 ? lines.join() : `[${lines.join(', ')}]`
}

const VALUELESS: ReadonlySet<FieldErrorReason> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'FieldValueTooShort',
  'InternalError',
])

function fieldError(reason: FieldErrorReason, path: FieldPath, why: string, value: unknown = null): FieldError {
  const shown = VALUELESS.has(reason) || value === OMITTED ? '' : `: ${sayValue(value)}`
  return { reason, path, message: `${FIELD_ERROR_WORDS[reason]}${shown}${why ? `: ${why}` : ''}` }
}

function sayValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goNumber(value)
  if (typeof value === 'bigint') return value.toString()
  return goJson(value)
}

const count = (amount: number, unit: string): string => `${amount} ${unit}${amount === 1 ? '' : 's'}`
