/** Operators and what goes with them: arithmetic, order, equality, `in`, indexes. Source: cel-go common/stdlib/standard.go. */
import { compare, equal, sameKeys } from '../equal.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  listOf,
  mapOf,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  UINT,
} from '../type.ts'
import {
  durationOf,
  failure,
  growingList,
  isList,
  isMap,
  isObject,
  isUint,
  itemsOf,
  type List,
  listValue,
  mapValue,
  timestampOf,
  uint,
  type Value,
} from '../value.ts'
import {
  BINARY,
  FLAG,
  FLOAT,
  free,
  INTEGER,
  isEntries,
  LENGTH,
  listWith,
  MOMENT,
  mapWith,
  type Overload,
  overload,
  type Taken,
  TEXT,
  UNSIGNED,
} from './function.ts'

const A = parameter('A')
const B = parameter('B')

const OVERFLOW = failure('integer overflow')
const UNSIGNED_OVERFLOW = failure('unsigned integer overflow')
const DURATION_OVERFLOW = failure('integer overflow')
const BY_ZERO = failure('division by zero')
const MODULUS_BY_ZERO = failure('modulus by zero')
const TIMESTAMP_OVERFLOW = failure('timestamp overflow')

const int = (value: bigint): Value => (BigInt.asIntN(64, value) === value ? value : OVERFLOW)
const unsigned = (value: bigint): Value => (value >= 0n && value < 2n ** 64n ? uint(value) : UNSIGNED_OVERFLOW)
const length = (nanoseconds: bigint): Value =>
  BigInt.asIntN(64, nanoseconds) === nanoseconds ? durationOf(nanoseconds) : DURATION_OVERFLOW

/** 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z. Source: cel-go common/types/timestamp.go. */
export const TIMESTAMP_MIN = -62135596800n * 10n ** 9n
/** The last moment that there is. */
export const TIMESTAMP_MAX = 253402300799n * 10n ** 9n + 999_999_999n
const moment = (nanoseconds: bigint): Value =>
  nanoseconds >= TIMESTAMP_MIN && nanoseconds <= TIMESTAMP_MAX ? timestampOf(nanoseconds) : TIMESTAMP_OVERFLOW

const arithmetic: readonly Overload[] = [
  overload('add_bytes', '_+_', [BINARY, BINARY], BYTES, (a, b) => Uint8Array.from([...a, ...b])),
  overload('add_double', '_+_', [FLOAT, FLOAT], DOUBLE, (a, b) => a + b),
  overload('add_duration_duration', '_+_', [LENGTH, LENGTH], DURATION, (a, b) => length(a.nanoseconds + b.nanoseconds)),
  overload('add_duration_timestamp', '_+_', [LENGTH, MOMENT], TIMESTAMP, (a, b) =>
    moment(a.nanoseconds + b.nanoseconds),
  ),
  overload('add_timestamp_duration', '_+_', [MOMENT, LENGTH], TIMESTAMP, (a, b) =>
    moment(a.nanoseconds + b.nanoseconds),
  ),
  overload('add_int64', '_+_', [INTEGER, INTEGER], INT, (a, b) => int(a + b)),
  overload('add_list', '_+_', [listWith(A), listWith(A)], listOf(A), addLists),
  overload('add_string', '_+_', [TEXT, TEXT], STRING, (a, b) => a + b),
  overload('add_uint64', '_+_', [UNSIGNED, UNSIGNED], UINT, (a, b) => unsigned(a.value + b.value)),
  overload('divide_double', '_/_', [FLOAT, FLOAT], DOUBLE, (a, b) => a / b),
  overload('divide_int64', '_/_', [INTEGER, INTEGER], INT, (a, b) => (b === 0n ? BY_ZERO : int(a / b))),
  overload('divide_uint64', '_/_', [UNSIGNED, UNSIGNED], UINT, (a, b) =>
    b.value === 0n ? BY_ZERO : uint(a.value / b.value),
  ),
  overload('modulo_int64', '_%_', [INTEGER, INTEGER], INT, (a, b) => (b === 0n ? MODULUS_BY_ZERO : int(a % b))),
  overload('modulo_uint64', '_%_', [UNSIGNED, UNSIGNED], UINT, (a, b) =>
    b.value === 0n ? MODULUS_BY_ZERO : uint(a.value % b.value),
  ),
  overload('multiply_double', '_*_', [FLOAT, FLOAT], DOUBLE, (a, b) => a * b),
  overload('multiply_int64', '_*_', [INTEGER, INTEGER], INT, (a, b) => int(a * b)),
  overload('multiply_uint64', '_*_', [UNSIGNED, UNSIGNED], UINT, (a, b) => unsigned(a.value * b.value)),
  overload('negate_double', '-_', [FLOAT], DOUBLE, (a) => -a),
  overload('negate_int64', '-_', [INTEGER], INT, (a) => int(-a)),
  overload('subtract_double', '_-_', [FLOAT, FLOAT], DOUBLE, (a, b) => a - b),
  overload('subtract_duration_duration', '_-_', [LENGTH, LENGTH], DURATION, (a, b) =>
    length(a.nanoseconds - b.nanoseconds),
  ),
  overload('subtract_int64', '_-_', [INTEGER, INTEGER], INT, (a, b) => int(a - b)),
  overload('subtract_timestamp_duration', '_-_', [MOMENT, LENGTH], TIMESTAMP, (a, b) =>
    moment(a.nanoseconds - b.nanoseconds),
  ),
  overload('subtract_timestamp_timestamp', '_-_', [MOMENT, MOMENT], DURATION, (a, b) =>
    length(a.nanoseconds - b.nanoseconds),
  ),
  overload('subtract_uint64', '_-_', [UNSIGNED, UNSIGNED], UINT, (a, b) => unsigned(a.value - b.value)),
]

/** Sets do not grow by what they have; maps of items replace what has the same keys. */
function addLists(one: List, other: List): Value {
  if (one.size === 0 && !one.like && !one.grows) return other
  if (other.size === 0) return one
  const { like } = one
  if (like === undefined) {
    const all = one.grows?.length === one.size ? one.grows : itemsOf(one)
    for (let at = 0; at < other.size; at++) all.push(other.at(at))
    return growingList(all)
  }
  const items = itemsOf(one)
  for (const item of itemsOf(other)) {
    const at = items.findIndex((had) => (like === 'set' ? equal(had, item) : sameKeys(like.keys, had, item)))
    if (at < 0) items.push(item)
    else items[at] = item
  }
  return { ...listValue(items), like }
}

const NOT_ORDERED = failure('NaN values cannot be ordered')

/** The pairs that have an order, with the names that cel-go gives them. */
const ORDERED: readonly (readonly [string, Taken<Value>, Taken<Value>])[] = [
  ['bool', FLAG, FLAG],
  ['int64', INTEGER, INTEGER],
  ['int64_double', INTEGER, FLOAT],
  ['int64_uint64', INTEGER, UNSIGNED],
  ['uint64', UNSIGNED, UNSIGNED],
  ['uint64_double', UNSIGNED, FLOAT],
  ['uint64_int64', UNSIGNED, INTEGER],
  ['double', FLOAT, FLOAT],
  ['double_int64', FLOAT, INTEGER],
  ['double_uint64', FLOAT, UNSIGNED],
  ['string', TEXT, TEXT],
  ['bytes', BINARY, BINARY],
  ['timestamp', MOMENT, MOMENT],
  ['duration', LENGTH, LENGTH],
]

const ORDERS: readonly (readonly [string, string, (order: number) => boolean])[] = [
  ['less', '_<_', (order) => order < 0],
  ['less_equals', '_<=_', (order) => order <= 0],
  ['greater', '_>_', (order) => order > 0],
  ['greater_equals', '_>=_', (order) => order >= 0],
]

const order: readonly Overload[] = ORDERS.flatMap(([id, name, holds]) =>
  ORDERED.map(([types, left, right]) =>
    overload(`${id}_${types}`, name, [left, right], BOOL, (a, b) => {
      const compared = compare(a, b) ?? Number.NaN
      return Number.isNaN(compared) ? NOT_ORDERED : holds(compared)
    }),
  ),
)

/** Evaluated by the evaluator itself: they decide what else is evaluated. */
const never = (): Value => failure('no such overload')
const logic: readonly Overload[] = [
  overload('conditional', '_?_:_', [FLAG, free('A'), free('A')], A, never),
  overload('logical_and', '_&&_', [FLAG, FLAG], BOOL, never),
  overload('logical_or', '_||_', [FLAG, FLAG], BOOL, never),
  overload('logical_not', '!_', [FLAG], BOOL, (a) => !a),
  overload('not_strictly_false', '@not_strictly_false', [FLAG], BOOL, never),
]

const equality: readonly Overload[] = [
  overload('equals', '_==_', [free('A'), free('A')], BOOL, (a, b) => equal(a, b)),
  overload('not_equals', '_!=_', [free('A'), free('A')], BOOL, (a, b) => !equal(a, b)),
  overload('in_list', '@in', [free('A'), listWith(A)], BOOL, (a, b) => itemsOf(b).some((item) => equal(item, a))),
  overload(
    'in_map',
    '@in',
    [free('A'), { type: mapOf(A, B), is: isEntries }],
    BOOL,
    (a, b) => find(b, a) !== undefined,
  ),
]

const indexes: readonly Overload[] = [
  overload('index_list', '_[_]', [listWith(A), INTEGER], A, indexed),
  overload('index_map', '_[_]', [{ type: mapOf(A, B), is: isEntries }, free('A')], B, indexed),
]

/** What `container[index]` is. */
export function indexed(container: Value, at: Value): Value {
  if (isList(container)) {
    const position = wholeNumber(at)
    if (position === undefined) return failure(`unsupported index type '${typeof at}' in list`)
    if (position < 0n || position >= BigInt(container.size)) return failure(`index out of bounds: ${position}`)
    return container.at(Number(position))
  }
  if (!isEntries(container)) return failure('no such overload')
  const found = find(container, at)
  return found ?? failure(`no such key: ${sayKey(at)}`)
}

/** What a map or an object has under a key; undefined when it has nothing there. */
export function find(container: Value, at: Value): Value | undefined {
  if (isMap(container)) return container.get(at)
  return isObject(container) && typeof at === 'string' ? container.get(at) : undefined
}

const wholeNumber = (value: Value): bigint | undefined => {
  if (typeof value === 'bigint') return value
  if (isUint(value)) return value.value
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

const sayKey = (value: Value): string => (isUint(value) ? String(value.value) : String(value))

const maps: readonly Overload[] = [
  overload(
    '@mapInsert_map_key_value',
    'cel.@mapInsert',
    [mapWith(A, B), free('A'), free('B')],
    mapOf(A, B),
    (into, key, value) =>
      into.get(key) === undefined
        ? mapValue([...into.keys().map((had) => [had, into.get(had) ?? null] as const), [key, value]])
        : failure(`insert failed: key ${sayKey(key)} already exists`),
  ),
  overload('@mapInsert_map_map', 'cel.@mapInsert', [mapWith(A, B), mapWith(A, B)], mapOf(A, B), (into, more) => {
    const twice = more.keys().find((key) => into.get(key) !== undefined)
    if (twice !== undefined) return failure(`insert failed: key ${sayKey(twice)} already exists`)
    const entries = [into, more].flatMap((map) => map.keys().map((key) => [key, map.get(key) ?? null] as const))
    return mapValue(entries)
  }),
]

/** All of them. */
export const OPERATORS: readonly Overload[] = [...arithmetic, ...order, ...logic, ...equality, ...indexes, ...maps]

/** The types that have an order among themselves. */
export const COMPARABLE: readonly Type[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES]
