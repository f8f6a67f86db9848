/** Labels and annotations: how their keys and values must look. Source: apimachinery meta/v1/validation, api/validation. */
import { type FieldError, type FieldPath, invalid, tooLong } from '../field-error.ts'
import { byteLength } from '../go-text.ts'
import { checkLabelKey, checkLabelValue } from '../names.ts'

/** All annotations of one object together, keys and values. Source: apimachinery TotalAnnotationSizeLimitB. */
export const ANNOTATIONS_BYTES_MAX = 256 * 1024

/** What is wrong with a set of labels. Each complaint is about the set, as Kubernetes has it. */
export const validateLabels = (labels: Readonly<Record<string, string>> = {}, path: FieldPath): FieldError[] =>
  Object.entries(labels).flatMap(([key, value]) => [
    ...validateLabelKey(key, path),
    ...checkLabelValue(value).map((why) => invalid(path, value, why)),
  ])

/** What is wrong with the key of a label; also what the type of a condition must keep to. */
export const validateLabelKey = (key: string, path: FieldPath): FieldError[] =>
  checkLabelKey(key).map((why) => invalid(path, key, why))

/** What is wrong with annotations: keys are those of labels in any case, and all together are at most 256 KiB. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> = {}, path: FieldPath): FieldError[] {
  const entries = Object.entries(annotations)
  const sizeBytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0)
  return [
    ...entries.flatMap(([key]) => checkLabelKey(key.toLowerCase()).map((why) => invalid(path, key, why))),
    ...(sizeBytes > ANNOTATIONS_BYTES_MAX ? [tooLong(path, ANNOTATIONS_BYTES_MAX)] : []),
  ]
}
