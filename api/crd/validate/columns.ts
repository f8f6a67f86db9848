/** Printer columns and subresources. Source: apiextensions validation.go. */
import { child, type FieldError, type FieldPath, index, invalid, required } from '../../field-error.ts'
import type { CustomResourceColumnDefinition, CustomResourceSubresources } from '../../types/apiextensions-v1.ts'

const TYPES: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string']
const FORMATS: readonly string[] = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** What is wrong with the columns of a version. */
export const validateColumns = (
  columns: readonly CustomResourceColumnDefinition[] | undefined,
  path: FieldPath,
): FieldError[] => (columns ?? []).flatMap((column, at) => validateColumn(column, index(path, at)))

function validateColumn({ name, type, format = '', jsonPath }: CustomResourceColumnDefinition, path: FieldPath) {
  const ofTypes = `must be one of ${TYPES.join()}`
  return [
    ...(name === '' ? [required(child(path, 'name'))] : []),
    ...(type === '' ? [required(child(path, 'type'), ofTypes)] : []),
    ...(type !== '' && !TYPES.includes(type) ? [invalid(child(path, 'type'), type, ofTypes)] : []),
    ...(format !== '' && !FORMATS.includes(format)
      ? [invalid(child(path, 'format'), format, `must be one of ${FORMATS.join()}`)]
      : []),
    ...(jsonPath === '' ? [required(child(path, 'JSONPath'))] : validatePath(jsonPath, child(path, 'JSONPath'))),
  ]
}

/** What is wrong with the paths by which a Scale is read and written. */
export function validateSubresources(
  { scale }: CustomResourceSubresources = {},
  subresourcesPath: FieldPath,
): FieldError[] {
  if (!scale) return []
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale
  const path = child(subresourcesPath, 'scale')
  return [
    ...validateBelow(
      specReplicasPath,
      ['.spec.'],
      'should be a json path under .spec',
      child(path, 'specReplicasPath'),
    ),
    ...validateBelow(
      statusReplicasPath,
      ['.status.'],
      'should be a json path under .status',
      child(path, 'statusReplicasPath'),
    ),
    ...(labelSelectorPath === ''
      ? []
      : validateBelow(
          labelSelectorPath,
          ['.spec.', '.status.'],
          'should be a json path under either .spec or .status',
          child(path, 'labelSelectorPath'),
        )),
  ]
}

function validateBelow(jsonPath: string, roots: readonly string[], why: string, path: FieldPath): FieldError[] {
  if (jsonPath === '') return [required(path)]
  const errors = validatePath(jsonPath, path)
  if (errors.length > 0) return errors
  return roots.some((root) => jsonPath.startsWith(root)) ? [] : [invalid(path, jsonPath, why)]
}

const validatePath = (jsonPath: string, path: FieldPath): FieldError[] =>
  jsonPath.startsWith('.') ? [] : [invalid(path, jsonPath, 'must be a simple json path starting with .')]
