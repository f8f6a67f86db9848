/**
 * How entries of managedFields and the names of managers must look; what the entries mean is the business of apply.
 * Source: apimachinery meta/v1/validation.
 */
import { child, type FieldError, type FieldPath, index, invalid, tooLong } from '../field-error.ts'
import { byteLength } from '../go-text.ts'
import type { ManagedFieldsEntry } from '../object.ts'

/** The longest name of a manager. Source: apimachinery FieldManagerMaxLength. */
export const FIELD_MANAGER_BYTES_MAX = 128
/** The longest name of a subresource in an entry. Source: apimachinery MaxSubresourceNameLength. */
export const SUBRESOURCE_BYTES_MAX = 256

/** What is wrong with the name of a manager; the empty one stands for none. */
export function validateFieldManager(manager: string, path: FieldPath): FieldError[] {
  // Kubernetes looks on, and repeats the whole name for each character that it refuses.
  if (byteLength(manager) > FIELD_MANAGER_BYTES_MAX) return [tooLong(path, FIELD_MANAGER_BYTES_MAX)]
  if (PLAIN.test(manager)) return []
  const errors: FieldError[] = []
  // In bytes of UTF-8.
  let position = 0
  for (const character of manager) {
    const codePoint = character.codePointAt(0) ?? 0
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) {
      const code = codePoint.toString(16).toUpperCase().padStart(4, '0')
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`))
    }
    position += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
  }
  return errors
}

/** What can be printed of ASCII. */
const PLAIN = /^[ -~]*$/

/** What is wrong with managedFields, without a look at the fields themselves. */
export const validateManagedFields = (entries: readonly ManagedFieldsEntry[] = [], path: FieldPath): FieldError[] =>
  entries.flatMap((entry, at) => validateEntry(entry, index(path, at)))

function validateEntry(
  { operation = '', fieldsType = '', manager = '', subresource = '' }: EntryAsRead,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  if (operation !== 'Apply' && operation !== 'Update') {
    errors.push(invalid(child(path, 'operation'), operation, 'must be `Apply` or `Update`'))
  }
  if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
    errors.push(invalid(child(path, 'fieldsType'), fieldsType, 'must be `FieldsV1`'))
  }
  errors.push(...validateFieldManager(manager, child(path, 'manager')))
  if (byteLength(subresource) > SUBRESOURCE_BYTES_MAX) {
    errors.push(tooLong(child(path, 'subresource'), SUBRESOURCE_BYTES_MAX))
  }
  return errors
}

/** The schema does not hold operation and fieldsType to their values; this file does. */
interface EntryAsRead {
  readonly operation?: string
  readonly fieldsType?: string
  readonly manager?: string
  readonly subresource?: string
}
