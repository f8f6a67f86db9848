/** When two values are equal, and which comes first. Source: the CEL specification; cel-go common/types/compare.go. */
import { isList, isMap, isObject, isOptional, isTagged, isUint, itemsOf, type List, type Value } from './value.ts'

/** True when both are the same. Numbers of different types are when they are the same number; anything else of two types is not. */
export function equal(one: Value, other: Value): boolean {
  if (one === other) return true
  const order = compareNumbers(one, other)
  if (order !== undefined) return order === 0
  if (one instanceof Uint8Array) return other instanceof Uint8Array && compareBytes(one, other) === 0
  if (!isTagged(one) || !isTagged(other)) return false
  if (isList(one)) return isList(other) && equalLists(one, other)
  if (isMap(one) || isObject(one)) {
    if (!(isMap(other) || isObject(other))) return false
    const entries = entriesOf(one)
    if (entries.length !== entriesOf(other).length) return false
    return entries.every(([key, value]) => {
      const found = isMap(other) ? other.get(key) : typeof key === 'string' ? other.get(key) : undefined
      return found !== undefined && equal(value, found)
    })
  }
  if (isOptional(one)) {
    if (!isOptional(other)) return false
    if (one.value === undefined || other.value === undefined) return one.value === other.value
    return equal(one.value, other.value)
  }
  if (one.cel === 'type') return other.cel === 'type' && one.name === other.name
  if (one.cel === 'foreign') return other.cel === 'foreign' && one.type === other.type && one.text === other.text
  if (one.cel === 'timestamp') return other.cel === 'timestamp' && one.nanoseconds === other.nanoseconds
  if (one.cel === 'duration') return other.cel === 'duration' && one.nanoseconds === other.nanoseconds
  return false
}

function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (isMap(value)) return value.keys().map((key) => [key, value.get(key) ?? null] as const)
  if (isObject(value)) return value.fields().map((field) => [field, value.get(field) ?? null] as const)
  return []
}

function equalLists(one: List, other: List): boolean {
  if (one.size !== other.size) return false
  const others = itemsOf(other)
  const order = one.like ?? other.like
  if (order === undefined) return itemsOf(one).every((item, at) => equal(item, others[at] ?? null))
  if (order === 'set') return itemsOf(one).every((item) => others.some((its) => equal(item, its)))
  return itemsOf(one).every((item) => {
    const found = others.find((its) => sameKeys(order.keys, item, its))
    return found !== undefined && equal(item, found)
  })
}

/** True when two items of a list that is a map by these keys are about one key. */
export const sameKeys = (keys: readonly string[], one: Value, other: Value): boolean =>
  keys.every((key) => equal(fieldOf(one, key) ?? null, fieldOf(other, key) ?? null))

const fieldOf = (value: Value, field: string): Value | undefined =>
  isObject(value) || isMap(value) ? value.get(field) : undefined

/** Below zero, zero or above, for two values of one type that has an order, or of any two numbers; else undefined. */
export function compare(one: Value, other: Value): number | undefined {
  const order = compareNumbers(one, other)
  if (order !== undefined) return order
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other)
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other)
  if (one instanceof Uint8Array && other instanceof Uint8Array) return compareBytes(one, other)
  if (!isTagged(one) || !isTagged(other)) return undefined
  if (one.cel === 'timestamp' && other.cel === 'timestamp') return compareAny(one.nanoseconds, other.nanoseconds)
  if (one.cel === 'duration' && other.cel === 'duration') return compareAny(one.nanoseconds, other.nanoseconds)
  return undefined
}

/** Of NaN, nothing is known; it is below nothing and equal to nothing. */
function compareNumbers(one: Value, other: Value): number | undefined {
  const [left, right] = [numberOf(one), numberOf(other)]
  return left === undefined || right === undefined ? undefined : compareAny(left, right)
}

const numberOf = (value: Value): number | bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? value : isUint(value) ? value.value : undefined

const compareAny = <Ordered extends bigint | number>(one: Ordered, other: Ordered): number =>
  one < other ? -1 : one > other ? 1 : one === other || String(one) === String(other) ? 0 : Number.NaN

/** In the order of code points, as Go compares UTF-8. */
function compareTexts(one: string, other: string): number {
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    if (one.charCodeAt(at) !== other.charCodeAt(at)) return (one.codePointAt(at) ?? 0) - (other.codePointAt(at) ?? 0)
  }
  return one.length - other.length
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const order = (one[at] ?? 0) - (other[at] ?? 0)
    if (order !== 0) return order
  }
  return one.length - other.length
}
