/**
 * Whether two values of JSON say the same, in whatever order their fields come. A write that changes nothing must be
 * none, and a client that sends back what it read seldom keeps the order.
 */

/** True when both say the same. A field that is undefined is not there, as JSON has it. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) return sameLists(one, other)
  const fields = Object.entries(one).filter(([, value]) => value !== undefined)
  const otherFields = new Map(Object.entries(other).filter(([, value]) => value !== undefined))
  if (fields.length !== otherFields.size) return false
  return fields.every(([field, value]) => otherFields.has(field) && sameJson(value, otherFields.get(field)))
}

function sameLists(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((item, index) => sameJson(item, other[index]))
}
