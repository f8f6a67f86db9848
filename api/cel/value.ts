/**
 * What CEL expressions compute with. Integers are bigints and doubles are numbers, so that 1 and 1.0 stay apart.
 *
 * Lists, maps and objects are looked into as they are asked: a rule about one field does not read the whole resource.
 */
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  STRING,
  TIMESTAMP,
  type Type,
  UINT,
} from './type.ts'

/** A value, or {@link Failure} where computing it failed. */
export type Value = null | boolean | bigint | number | string | Uint8Array | Tagged

/** Values that JavaScript has no type for. */
export type Tagged =
  | Uint
  | Timestamp
  | Duration
  | List
  | Dictionary
  | Structure
  | Optional
  | TypeValue
  | Foreign
  | Failure

/** A uint. */
export interface Uint {
  readonly cel: 'uint'
  readonly value: bigint
}
/** A moment, in nanoseconds since 1970. */
export interface Timestamp {
  readonly cel: 'timestamp'
  readonly nanoseconds: bigint
}
/** A length of time. */
export interface Duration {
  readonly cel: 'duration'
  readonly nanoseconds: bigint
}
/** A list. */
export interface List {
  readonly cel: 'list'
  readonly size: number
  at(index: number): Value
  /** What the items are read from, when more may be appended to it: nobody else has appended while it is as long as the list. */
  readonly grows?: Value[]
  /** Lists that are sets, or maps by their keys, compare and add up in their own way. */
  readonly like?: 'set' | { readonly keys: readonly string[] }
}
/** A map. */
export interface Dictionary {
  readonly cel: 'map'
  readonly size: number
  /** Keys are strings, bigints, booleans and uints; those that are equal are one. */
  get(key: Value): Value | undefined
  keys(): readonly Value[]
}
/** An object of a type with fields. */
export interface Structure {
  readonly cel: 'object'
  readonly name: string
  get(field: string): Value | undefined
  fields(): readonly string[]
}
/** What may be there. */
export interface Optional {
  readonly cel: 'optional'
  /** Absent in `optional.none()`. */
  readonly value?: Value
}
/** A type, as a value. */
export interface TypeValue {
  readonly cel: 'type'
  /** `int`, `list`, `kubernetes.Quantity`. */
  readonly name: string
}
/** A value of a library: a quantity, an address, a URL. Two of one type are equal when their texts are. */
export interface Foreign {
  readonly cel: 'foreign'
  readonly type: string
  readonly text: string
  readonly held: unknown
}
/** Why there is no value. It passes through whatever needs the value; only `&&` and `||` may do without. */
export interface Failure {
  readonly cel: 'failure'
  readonly message: string
}

/** Why there is no value. */
export const failure = (message: string): Failure => ({ cel: 'failure', message })
/** A uint. */
export const uint = (value: bigint): Uint => ({ cel: 'uint', value })
/** A moment. */
export const timestampOf = (nanoseconds: bigint): Timestamp => ({ cel: 'timestamp', nanoseconds })
/** A length of time. */
export const durationOf = (nanoseconds: bigint): Duration => ({ cel: 'duration', nanoseconds })
/** A list of these items. */
export const listValue = (items: readonly Value[]): List => ({
  cel: 'list',
  size: items.length,
  at: (index) => items[index] ?? null,
})
/** A list to which more can be added without a copy: a loop that adds one item at a time takes no longer than its items. */
export const growingList = (items: Value[]): List => ({ ...listValue(items), grows: items })
/** What is not there. */
export const NONE: Optional = { cel: 'optional' }
/** What is there. */
export const some = (value: Value): Optional => ({ cel: 'optional', value })

/** A map of entries that were computed. Of two entries with one key, the later one counts. */
export function mapValue(entries: readonly (readonly [Value, Value])[]): Dictionary {
  const found = new Map(entries.map(([key, value]) => [keyOf(key), [key, value] as const]))
  return {
    cel: 'map',
    size: found.size,
    get: (key) => found.get(keyOf(key))?.[1],
    keys: () => [...found.values()].map(([key]) => key),
  }
}

/** One text for all keys that are equal: 1, 1u and 1.0 are. */
function keyOf(key: Value): string {
  if (typeof key === 'string') return `"${key}`
  if (typeof key === 'object' && key !== null && 'cel' in key && key.cel === 'uint') return String(key.value)
  return String(key)
}

/** The items of a list. */
export function itemsOf(list: List): Value[] {
  return Array.from({ length: list.size }, (_none, index) => list.at(index))
}

/** True for what has a `cel` of its own. */
export const isTagged = (value: Value): value is Tagged =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
/** True for what failed. */
export const isFailure = (value: Value): value is Failure => isTagged(value) && value.cel === 'failure'
/** True for a list. */
export const isList = (value: Value): value is List => isTagged(value) && value.cel === 'list'
/** True for a map. */
export const isMap = (value: Value): value is Dictionary => isTagged(value) && value.cel === 'map'
/** True for an object. */
export const isObject = (value: Value): value is Structure => isTagged(value) && value.cel === 'object'
/** True for what may be there. */
export const isOptional = (value: Value): value is Optional => isTagged(value) && value.cel === 'optional'
/** True for a uint. */
export const isUint = (value: Value): value is Uint => isTagged(value) && value.cel === 'uint'

/** The type of a value, as far as it can be told without looking into it. */
export function typeOfValue(value: Value): Type {
  if (value === null) return NULL
  switch (typeof value) {
    case 'boolean':
      return BOOL
    case 'bigint':
      return INT
    case 'number':
      return DOUBLE
    case 'string':
      return STRING
    default:
      break
  }
  if (value instanceof Uint8Array) return BYTES
  switch (value.cel) {
    case 'uint':
      return UINT
    case 'timestamp':
      return TIMESTAMP
    case 'duration':
      return DURATION
    case 'list':
      return listOf(DYN)
    case 'map':
      return mapOf(DYN, DYN)
    case 'object':
      return { kind: 'object', name: value.name, field: () => DYN }
    case 'optional':
      return opaque('optional_type', DYN)
    case 'type':
      return { kind: 'type' }
    case 'foreign':
      return opaque(value.type)
    case 'failure':
      return { kind: 'error' }
    default:
      return value satisfies never
  }
}

/** What `type(value)` answers. */
export function typeName(value: Value): string {
  const type = typeOfValue(value)
  switch (type.kind) {
    case 'object':
    case 'opaque':
    case 'parameter':
      return type.name
    case 'timestamp':
      return 'google.protobuf.Timestamp'
    case 'duration':
      return 'google.protobuf.Duration'
    default:
      return type.kind
  }
}
