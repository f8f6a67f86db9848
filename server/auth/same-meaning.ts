/** Whether two values of JSON mean the same, when what is empty means as much as what is absent. Source: apimachinery pkg/api/equality. */

/** True when both say the same. Null, an empty list and an empty object are as good as nothing; an empty text is not. */
export function sameMeaning(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (isNothing(one) || isNothing(other)) return isNothing(one) && isNothing(other)
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameMeaning(item, other[at]))
  }
  if (Array.isArray(other) || !isObject(one) || !isObject(other)) return false
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => sameMeaning(ownField(one, name), ownField(other, name)))
}

/** True for what says nothing: absent, null, an empty list, an object without fields. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const ownField = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined
