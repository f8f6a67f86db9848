/** Two questions about parsed JSON, beside those of the schema room. */
import { goJson } from '../go-text.ts'
import type { Json } from '../object.ts'
import { compareText } from './text-order.ts'

/** True when there is nothing in it. */
export function isEmptyObject(object: object): boolean {
  for (const _ in object) return false
  return true
}

/**
 * As Go's `json.Marshal` prints a map: fields in the order of their names, `<`, `>` and `&` escaped.
 * Built as text, since an object would put names that look like numbers first.
 */
export function sortedJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return goJson(value)
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  const fields = Object.keys(value).sort(compareText)
  return `{${fields.map((name) => `${goJson(name)}:${sortedJson(value[name] ?? null)}`).join(',')}}`
}
