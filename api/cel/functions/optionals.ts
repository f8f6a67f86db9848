/** Values that may be missing: `object.?spec.?replicas.orValue(1)`. Source: cel-go cel/library.go OptionalTypes. */
import { BOOL, listOf, mapOf, optionalOf, parameter } from '../type.ts'
import { failure, isFailure, isList, isMap, isObject, NONE, type Optional, some, type Value } from '../value.ts'
import {
  anyOf,
  free,
  INTEGER,
  isEntries,
  listWith,
  method,
  type Overload,
  optionalWith,
  overload,
  TEXT,
} from './function.ts'
import { indexed } from './operators.ts'

const V = parameter('V')
const K = parameter('K')
const MAYBE = optionalWith(V)

/** The value where there is one; none where a field, key or index is missing. */
function look(container: Value, at: Value): Value {
  if (container !== null && typeof container === 'object' && 'cel' in container && container.cel === 'optional') {
    return container.value === undefined ? NONE : look(container.value, at)
  }
  if (!isList(container) && !isEntries(container)) return failure('no such overload')
  const found = indexed(container, at)
  if (!isFailure(found)) return some(found)
  return /^(no such key|index out of bounds)/.test(found.message) ? NONE : found
}

/** Empty, zero, false or nothing. */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true
  if (value instanceof Uint8Array) return value.length === 0
  if (isList(value) || isMap(value)) return value.size === 0
  if (isObject(value)) return value.fields().length === 0
  return typeof value === 'object' && 'nanoseconds' in value && value.nanoseconds === 0n
}

const held = ({ value }: Optional): Value => value ?? failure('optional.none() dereference')

/** All of them; `or` and `orValue` are the evaluator's own, since they may leave their argument aside. */
export const OPTIONALS: readonly Overload[] = [
  overload('optional_of', 'optional.of', [free('V')], optionalOf(V), some),
  overload('optional_ofNonZeroValue', 'optional.ofNonZeroValue', [free('V')], optionalOf(V), (value) =>
    isZero(value) ? NONE : some(value),
  ),
  overload('optional_none', 'optional.none', [], optionalOf(V), () => NONE),
  method('optional_value', 'value', [MAYBE], V, held),
  method('optional_hasValue', 'hasValue', [MAYBE], BOOL, ({ value }) => value !== undefined),
  method('optional_or_optional', 'or', [MAYBE, MAYBE], optionalOf(V), (one, other) =>
    one.value === undefined ? other : one,
  ),
  method('optional_orValue_value', 'orValue', [MAYBE, free('V')], V, (one, other) => one.value ?? other),
  overload('select_optional_field', '_?._', [anyOf(V), TEXT], optionalOf(V), look),
  overload('list_optindex_optional_int', '_[?_]', [listWith(V), INTEGER], optionalOf(V), look),
  overload('optional_list_optindex_optional_int', '_[?_]', [optionalWith(listOf(V)), INTEGER], optionalOf(V), look),
  overload(
    'map_optindex_optional_value',
    '_[?_]',
    [{ type: mapOf(K, V), is: isEntries }, free('K')],
    optionalOf(V),
    look,
  ),
  overload(
    'optional_map_optindex_optional_value',
    '_[?_]',
    [optionalWith(mapOf(K, V)), free('K')],
    optionalOf(V),
    look,
  ),
  overload('optional_list_index_int', '_[_]', [optionalWith(listOf(V)), INTEGER], optionalOf(V), look),
  overload('optional_map_index_value', '_[_]', [optionalWith(mapOf(K, V)), free('K')], optionalOf(V), look),
]

/** A field of what may be missing. */
export const optionalField = look
