/** Functions on lists and sets. Source: cel-go ext/lists.go (version 3), ext/sets.go; Kubernetes cel/library/lists.go. */
import { compare, equal } from '../equal.ts'
import { BOOL, DOUBLE, DURATION, DYN, INT, listOf, optionalOf, parameter, sayType, type Type, UINT } from '../type.ts'
import {
  failure,
  isList,
  isOptional,
  itemsOf,
  type List,
  listValue,
  NONE,
  some,
  typeName,
  type Value,
} from '../value.ts'
import { free, INTEGER, listWith, method, type Overload, overload } from './function.ts'
import { COMPARABLE, OPERATORS } from './operators.ts'

const A = parameter('A')
const LIST = listWith(A)

const ofEach = (types: readonly Type[], make: (type: Type, name: string) => Overload): Overload[] =>
  types.map((type) => make(type, sayType(type)))

/** The sum of what was summed and one more, as `+` has it. */
function add(one: Value, other: Value): Value {
  for (const { name, call } of OPERATORS) {
    const sum = name === '_+_' ? call([one, other]) : undefined
    if (sum !== undefined) return sum
  }
  return failure('no such overload')
}

const ZEROES: readonly (readonly [Type, Value])[] = [
  [INT, 0n],
  [UINT, { cel: 'uint', value: 0n }],
  [DOUBLE, 0],
  [DURATION, { cel: 'duration', nanoseconds: 0n }],
]

function extreme(name: 'min' | 'max', list: List): Value {
  const [first, ...rest] = itemsOf(list)
  if (first === undefined) return failure(`${name} called on empty list`)
  let found = first
  for (const item of rest) {
    const order = compare(found, item) ?? 0
    if (name === 'min' ? order > 0 : order < 0) found = item
  }
  return found
}

function isSorted(list: List): boolean {
  const items = itemsOf(list)
  return items.every((item, at) => at === 0 || (compare(items[at - 1] ?? null, item) ?? 0) <= 0)
}

function slice(list: List, start: bigint, end: bigint): Value {
  const asked = `cannot slice(${start}, ${end})`
  if (start < 0n || end < 0n) return failure(`${asked}, negative indexes not supported`)
  if (start > end) return failure(`${asked}, start index must be less than or equal to end index`)
  if (BigInt(list.size) < end) return failure(`${asked}, list is length ${list.size}`)
  return listValue(itemsOf(list).slice(Number(start), Number(end)))
}

/** Deeper lists than anybody writes would exhaust the stack. */
const FLATTEN_DEPTH_MAX = 100n

const flatten = (list: List, depth: bigint): Value[] =>
  itemsOf(list).flatMap((item) => (isList(item) && depth > 0n ? flatten(item, depth - 1n) : [item]))

function sort(list: List, keys: List): Value {
  if (list.size !== keys.size) {
    return failure(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    )
  }
  const all = itemsOf(keys)
  const first = all[0]
  if (first === undefined) return list
  if (compare(first, first) === undefined) return failure('list elements must be comparable')
  if (all.some((key) => typeName(key) !== typeName(first))) return failure('list elements must have the same type')
  const order = all.map((_key, at) => at).sort((one, other) => compare(all[one] ?? null, all[other] ?? null) ?? 0)
  const items = itemsOf(list)
  return listValue(order.map((at) => items[at] ?? null))
}

const has = (list: List, wanted: Value): boolean => itemsOf(list).some((item) => equal(item, wanted))
const containsAll = (list: List, wanted: List): boolean => itemsOf(wanted).every((item) => has(list, item))

function distinct(list: List): Value {
  const kept: Value[] = []
  for (const item of itemsOf(list)) if (!kept.some((had) => equal(had, item))) kept.push(item)
  return listValue(kept)
}

/** A list of numbers that is made as it is read. Nobody needs a longer one, and nobody may pay for it. */
const RANGE_MAX = 10_000_000n
const range = (size: bigint): Value =>
  size > RANGE_MAX
    ? failure(`lists.range() of more than ${RANGE_MAX} numbers`)
    : { cel: 'list', size: Number(size < 0n ? 0n : size), at: (index) => BigInt(index) }

const OPTIONALS = listWith(optionalOf(A))
const unwrap = (list: List): Value =>
  listValue(itemsOf(list).flatMap((item) => (isOptional(item) && item.value !== undefined ? [item.value] : [])))

/** All of them. */
export const LISTS: readonly Overload[] = [
  ...ofEach(COMPARABLE, (type, name) =>
    method(`list_${name}_is_sorted_bool`, 'isSorted', [listWith(type)], BOOL, isSorted),
  ),
  ...ZEROES.map(([type, zero]) => {
    const name = sayType(type)
    return method(`list_${name}_sum_${name}`, 'sum', [listWith(type)], type, (list) => itemsOf(list).reduce(add, zero))
  }),
  ...ofEach(COMPARABLE, (type, name) =>
    method(`list_${name}_max_${name}`, 'max', [listWith(type)], type, (list) => extreme('max', list)),
  ),
  ...ofEach(COMPARABLE, (type, name) =>
    method(`list_${name}_min_${name}`, 'min', [listWith(type)], type, (list) => extreme('min', list)),
  ),
  method('list_a_index_of_int', 'indexOf', [LIST, free('A')], INT, (list, wanted) =>
    BigInt(itemsOf(list).findIndex((item) => equal(item, wanted))),
  ),
  method('list_a_last_index_of_int', 'lastIndexOf', [LIST, free('A')], INT, (list, wanted) =>
    BigInt(itemsOf(list).findLastIndex((item) => equal(item, wanted))),
  ),
  method('list_slice', 'slice', [LIST, INTEGER, INTEGER], listOf(A), slice),
  method('list_flatten', 'flatten', [listWith(listOf(A))], listOf(A), (list) => listValue(flatten(list, 1n))),
  method('list_flatten_int', 'flatten', [listWith(DYN), INTEGER], listOf(DYN), (list, depth) =>
    depth < 0n
      ? failure('level must be non-negative')
      : listValue(flatten(list, depth > FLATTEN_DEPTH_MAX ? FLATTEN_DEPTH_MAX : depth)),
  ),
  ...ofEach(COMPARABLE, (type, name) =>
    method(`list_${name}_sort`, 'sort', [listWith(type)], listOf(type), (list) => sort(list, list)),
  ),
  ...ofEach(COMPARABLE, (type, name) =>
    method(`list_${name}_sortByAssociatedKeys`, '@sortByAssociatedKeys', [LIST, listWith(type)], listOf(A), sort),
  ),
  overload('lists_range', 'lists.range', [INTEGER], listOf(INT), range),
  method('list_reverse', 'reverse', [LIST], listOf(A), (list) => listValue(itemsOf(list).reverse())),
  method('list_distinct', 'distinct', [LIST], listOf(A), distinct),
  method('list_first', 'first', [LIST], optionalOf(A), (list) => (list.size === 0 ? NONE : some(list.at(0)))),
  method('list_last', 'last', [LIST], optionalOf(A), (list) => (list.size === 0 ? NONE : some(list.at(list.size - 1)))),
  overload('optional_unwrap', 'optional.unwrap', [OPTIONALS], listOf(A), unwrap),
  method('optional_unwrapOpt', 'unwrapOpt', [OPTIONALS], listOf(A), unwrap),
  overload('list_sets_contains_list', 'sets.contains', [LIST, LIST], BOOL, containsAll),
  overload(
    'list_sets_equivalent_list',
    'sets.equivalent',
    [LIST, LIST],
    BOOL,
    (one, other) => containsAll(one, other) && containsAll(other, one),
  ),
  overload('list_sets_intersects_list', 'sets.intersects', [LIST, LIST], BOOL, (one, other) =>
    itemsOf(one).some((item) => has(other, item)),
  ),
]
