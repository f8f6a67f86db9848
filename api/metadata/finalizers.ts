/** What must be done before an object may go. Source: apimachinery pkg/api/validation/objectmeta.go; kubernetes pkg/apis/core. */
import { type FieldError, type FieldPath, forbidden, index, invalid } from '../field-error.ts'
import { goQuote } from '../go-text.ts'
import { checkLabelKey } from '../names.ts'

/** Dependents are let go before the object goes. */
export const ORPHAN_FINALIZER = 'orphan'
/** Dependents are deleted before the object goes. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion'
/** The namespace is emptied before it goes; it stands in spec, not in metadata. */
export const NAMESPACE_FINALIZER = 'kubernetes'

/** What is wrong with finalizers. */
export function validateFinalizers(finalizers: readonly string[] = [], path: FieldPath): FieldError[] {
  const errors = finalizers.flatMap((name) => checkLabelKey(name).map((why) => invalid(path, name, why)))
  if (finalizers.includes(ORPHAN_FINALIZER) && finalizers.includes(FOREGROUND_FINALIZER)) {
    const why = `finalizer ${ORPHAN_FINALIZER} and ${FOREGROUND_FINALIZER} cannot be both set`
    errors.push(invalid(path, finalizers, why))
  }
  return errors
}

/** An object that is being deleted gets no finalizer that it did not have. */
export function validateNoNewFinalizers(
  finalizers: readonly string[] = [],
  old: readonly string[] = [],
  path: FieldPath,
): FieldError[] {
  const added = [...new Set(finalizers)].filter((name) => !old.includes(name)).toSorted()
  if (added.length === 0) return []
  const shown = `[]string{${added.map(goQuote).join(', ')}}`
  return [
    forbidden(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`),
  ]
}

/** Built-in kinds take no finalizer without a prefix, but for the three that Kubernetes itself knows. */
export const validateBuiltInFinalizers = (finalizers: readonly string[] = [], path: FieldPath): FieldError[] =>
  finalizers.flatMap((name, at) =>
    name.includes('/') || [ORPHAN_FINALIZER, FOREGROUND_FINALIZER, NAMESPACE_FINALIZER].includes(name)
      ? []
      : [invalid(index(path, at), name, 'name is neither a standard finalizer name nor is it fully qualified')],
  )
