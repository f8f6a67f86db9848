/** Rules that fields of many kinds keep. Source: kubernetes pkg/apis/core/validation, apimachinery pkg/api/validation. */
import { type FieldError, type FieldPath, invalid, notSupported, required } from '../field-error.ts'
import { percentOf } from '../int-or-string.ts'
import { checkPercent } from '../names.ts'

/** A number, if there is one, is not below zero. */
export const nonNegative = (value: number | undefined, path: FieldPath): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []

/** A number is above zero. */
export const positive = (value: number, path: FieldPath): FieldError[] =>
  value <= 0 ? [invalid(path, value, 'must be greater than zero')] : []

/** A text must be said, and be one of a few. */
export function oneOf(value: string | undefined, supported: readonly string[], path: FieldPath): FieldError[] {
  if (!value) return [required(path)]
  return supported.includes(value) ? [] : [notSupported(path, value, supported)]
}

/** A text is one of a few; none of them is empty, and an empty one is shown as such. */
export const notSupportedUnless = (value: string, supported: readonly string[], path: FieldPath): FieldError[] =>
  supported.includes(value) ? [] : [notSupported(path, value, supported)]

/** A text, if there is one, is one of a few. */
export const optionalOneOf = (
  value: string | undefined,
  supported: readonly string[],
  path: FieldPath,
): FieldError[] => (value === undefined || supported.includes(value) ? [] : [notSupported(path, value, supported)])

/** What a check of a text complains of, as errors of a field. */
export const complaints = (check: (value: string) => string[], value: string, path: FieldPath): FieldError[] =>
  check(value).map((why) => invalid(path, value, why))

/** A name must be said, and pass a check. */
export const requiredName = (
  check: (value: string) => string[],
  value: string | undefined,
  path: FieldPath,
): FieldError[] => (value ? complaints(check, value, path) : [required(path)])

/** A whole number that is not below zero, or a percentage. */
export const validateIntOrPercent = (value: number | string, path: FieldPath): FieldError[] =>
  typeof value === 'number' ? nonNegative(value, path) : complaints(checkPercent, value, path)

/** A percentage is at most the whole. */
export const validatePercentMax = (value: number | string, path: FieldPath): FieldError[] =>
  (validPercentOf(value) ?? 0) > 100 ? [invalid(path, value, 'must not be greater than 100%')] : []

/** The number before the `%`, or the number; 0 for what is neither. */
export const amountOf = (value: number | string): number =>
  typeof value === 'number' ? value : (validPercentOf(value) ?? (/^[+-]?\d+$/.test(value) ? Number(value) : 0))

const validPercentOf = (value: number | string): number | undefined =>
  typeof value === 'string' && checkPercent(value).length === 0 ? percentOf(value) : undefined
