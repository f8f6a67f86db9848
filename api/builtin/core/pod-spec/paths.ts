/** Paths of files, as volumes and containers name them. Source: kubernetes pkg/apis/core/validation. */
import { type FieldError, type FieldPath, invalid } from '../../../field-error.ts'

/** Nowhere does it go up: `..`. */
export const validateNoBacksteps = (value: string, path: FieldPath): FieldError[] =>
  value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : []

/** It is relative, and goes nowhere up. */
export const validateDescending = (value: string, path: FieldPath): FieldError[] => [
  ...(value.startsWith('/') ? [invalid(path, value, 'must be a relative path')] : []),
  ...validateNoBacksteps(value, path),
]

/** It is relative, goes nowhere up, and has no name that starts with `..`, which volumes keep for themselves. */
export const validateNonReserved = (value: string, path: FieldPath): FieldError[] => [
  ...validateDescending(value, path),
  ...(value.startsWith('..') && value !== '..' && !value.startsWith('../')
    ? [invalid(path, value, "must not start with '..'")]
    : []),
]

const MODE_MAX = 0o777

/** The mode of a file, if there is one. */
export const validateMode = (mode: number | undefined, path: FieldPath): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > MODE_MAX)
    ? [invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : []
