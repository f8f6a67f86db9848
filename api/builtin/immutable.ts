/** Fields that keep the value they were created with. Source: apimachinery pkg/api/validation ValidateImmutableField. */
import { type FieldError, type FieldPath, invalid } from '../field-error.ts'
import { sameMeaning } from '../same-meaning.ts'

/** What is wrong when a value that may not change has changed. `shown` is what the message prints of the new one. */
export const immutable = (path: FieldPath, next: unknown, old: unknown, shown: unknown = next ?? null): FieldError[] =>
  sameMeaning(next, old) ? [] : [invalid(path, shown, 'field is immutable')]
