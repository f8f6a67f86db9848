/**
 * Whether two values of JSON mean the same, when what is empty means as much as what is absent.
 * Source: kubernetes apimachinery pkg/api/equality (Semantic).
 */

/** True if two values mean the same: what is absent is as good as null, as no items, and as no fields; an empty text is not. */
export function sameMeaning(one: unknown, other: unknown): boolean {
  if (one === other || (isNothing(one) && isNothing(other))) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [mine, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  if (Array.isArray(one) && mine.size !== others.size) return false
  return [...new Set([...mine.keys(), ...others.keys()])].every((key) => sameMeaning(mine.get(key), others.get(key)))
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
