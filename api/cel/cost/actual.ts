/**
 * What a call cost, in the units of CEL: about one for each thing looked at.
 * Source: cel-go interpreter/runtimecost.go, ext/lists.go; Kubernetes cel/library/cost.go CallCost.
 */
import { patternLengthOf } from '../functions/kubernetes.ts'
import { sizeOfText } from '../functions/standard.ts'
import { isList, isMap, isObject, isOptional, isTagged, itemsOf, type Value } from '../value.ts'

/** A tenth for each character that is gone through. */
export const PER_CHARACTER = 0.1
/** A quarter for each character of a pattern. */
export const PER_PATTERN_CHARACTER = 0.25
/** What a list costs that is made. */
export const LIST_COST = 10
/** What a map costs that is made. */
export const MAP_COST = 30
/** What an object costs that is made. */
export const OBJECT_COST = 40
/** So that an expression can ask twice. */
export const AUTHORIZATION_COST = 350_000

/** Functions of Kubernetes that look something up and no more. */
export const CHEAP: ReadonlySet<string> = new Set(
  [
    'serviceAccount path group resource subresource namespace name allowed reason error errored',
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    'sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch',
    'getScheme getHostname getHost getPort getEscapedPath getQuery format.named',
  ].flatMap((names) => names.split(' ')),
)

/** What one call cost. `id` is empty when it was not known before which overload it would be. */
export function callCost(name: string, id: string, given: readonly Value[], result: Value): number {
  const [first = null, second = null] = given
  if (CHEAP.has(name)) return 1
  switch (name) {
    case 'check':
      return AUTHORIZATION_COST
    case 'fieldSelector':
    case 'labelSelector':
      return selectorCost(sizeOf(second))
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return traversal(first)
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
    case 'jsonpatch.escapeKey':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return characters(sizeOf(first))
    case 'ip':
      return id === 'cidr_ip' ? 1 : characters(sizeOf(first))
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return characters(2 * sizeOf(first))
    case 'join':
      return characters(2 * sizeOf(result))
    case 'find':
    case 'findAll':
      return characters(1 + sizeOf(first)) * pattern(sizeOf(second))
    case 'containsIP':
    case 'containsCIDR':
      return rangeCost(name, id, sizeOf(first), sizeOf(second))
    case 'validate':
      return characters(1 + sizeOf(second)) * pattern(patternLengthOf(first) ?? 0)
    case '_==_':
      if (isTagged(first) && first.cel === 'foreign') return 1
      return ofOverload(id, given, result)
    default:
      return ofOverload(id, given, result)
  }
}

function ofOverload(id: string, given: readonly Value[], result: Value): number {
  const [first = null, second = null] = given
  switch (id) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return characters(sizeOf(first))
    case 'in_list':
      return sizeOf(second)
    case 'equals':
    case 'not_equals':
      return characters(Math.min(sizeOf(first), sizeOf(second)))
    case 'add_string':
    case 'add_bytes':
      return characters(sizeOf(first) + sizeOf(second))
    case 'matches_string':
      return characters(1 + sizeOf(first)) * pattern(sizeOf(second))
    case 'contains_string':
      return characters(sizeOf(first)) * characters(sizeOf(second))
    case 'list_slice':
    case 'lists_range':
    case 'list_reverse':
      return newList(sizeOf(result))
    case 'list_flatten':
      return newList(sizeOf(first))
    case 'list_flatten_int':
      return newList(sizeOf(first) * Number(second))
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
      return 1 + sizeOf(first) * sizeOf(second)
    case 'list_sets_equivalent_list':
      return 1 + 2 * sizeOf(first) * sizeOf(second)
    case 'list_distinct':
      return comparisons(first)
    default:
      if (/^(less|greater)(_equals)?_(string|bytes)$/.test(id)) {
        return characters(Math.min(sizeOf(first), sizeOf(second)))
      }
      if (/^list_\w+_sort$/.test(id)) return comparisons(first)
      if (/^list_\w+_sortByAssociatedKeys$/.test(id)) return comparisons(second)
      return 1
  }
}

/** Characters, items or entries; 1 for what has no size. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return sizeOfText(value)
  if (value instanceof Uint8Array) return value.length
  if (isList(value) || isMap(value)) return value.size
  if (isObject(value)) return value.fields().length
  if (isOptional(value)) return value.value === undefined ? 1 : sizeOf(value.value)
  if (!isTagged(value) || value.cel !== 'foreign') return 1
  return value.type === 'net.IP' || value.type === 'net.CIDR' ? bytesOfAddress(value.text) : 1
}

const bytesOfAddress = (text: string): number => (text.includes(':') ? 16 : 4)

const characters = (count: number): number => Math.ceil(count * PER_CHARACTER)
const pattern = (length: number): number => Math.ceil(length * PER_PATTERN_CHARACTER)
const newList = (size: number): number => Math.floor(size) + 1 + LIST_COST

/** Requirements of a selector, of two characters at least. */
const selectorCost = (length: number): number =>
  LIST_COST + characters(length) + Math.ceil(Math.ceil(length * 0.5) * (LIST_COST + OBJECT_COST))

function rangeCost(name: string, id: string, range: number, other: number): number {
  const masked = name === 'containsCIDR' ? characters(range) + 1 : 0
  const parsed = id.endsWith('_string') ? characters(other) : 0
  return characters(2 * range) + masked + parsed
}

/** Each item with each. */
function comparisons(value: Value): number {
  const size = sizeOf(value)
  const first = isList(value) && size > 0 ? value.at(0) : 0n
  const each = typeof first === 'string' || first instanceof Uint8Array ? 2 + PER_CHARACTER : 2
  return newList(size * size * each)
}

function traversal(value: Value): number {
  if (typeof value === 'string') return Math.floor(new TextEncoder().encode(value).length * PER_CHARACTER)
  if (value instanceof Uint8Array) return Math.floor(value.length * PER_CHARACTER)
  if (isList(value)) return itemsOf(value).reduce((sum: number, item) => sum + traversal(item), 0)
  if (isMap(value)) {
    return value.keys().reduce((sum: number, key) => sum + traversal(key) + traversal(value.get(key) ?? null), 0)
  }
  if (isObject(value)) {
    return value.fields().reduce((sum, field) => sum + traversal(field) + traversal(value.get(field) ?? null), 0)
  }
  return 1
}
