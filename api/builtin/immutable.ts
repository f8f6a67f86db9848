/** Fields that keep the value they were created with. Source: apimachinery pkg/api/validation ValidateImmutableField. */
import { type FieldError, type FieldPath, invalid } from '../field-error.ts'

/** What is wrong when a value that may not change has changed. `shown` is what the message prints of the new one. */
export const immutable = (path: FieldPath, next: unknown, old: unknown, shown: unknown = next ?? null): FieldError[] =>
  isSame(next, old) ? [] : [invalid(path, shown, 'field is immutable')]

/** True if two values mean the same: what is absent is as good as null, as no items, and as no fields. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other || (isNothing(one) && isNothing(other))) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [mine, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  if (Array.isArray(one) && mine.size !== others.size) return false
  return [...new Set([...mine.keys(), ...others.keys()])].every((key) => isSame(mine.get(key), others.get(key)))
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
