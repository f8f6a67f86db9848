/**
 * A function as the checker and the evaluator see it: overloads, each with types for the one and deeds for the other.
 *
 *     method('string_char_at_int', 'charAt', [TEXT, INTEGER], STRING, (text, at) => …)
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
  object,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  UINT,
} from '../type.ts'
import {
  type Dictionary,
  type Duration,
  type Foreign,
  isList,
  isMap,
  isObject,
  isOptional,
  isTagged,
  isUint,
  type List,
  type Optional,
  type Timestamp,
  type Uint,
  type Value,
} from '../value.ts'

/** One way to call a function. */
export interface Overload {
  /** What cost estimates know it by. Source: cel-go common/overloads, and the libraries. */
  readonly id: string
  readonly name: string
  /** True when the first argument stands before the dot. */
  readonly method: boolean
  readonly arguments: readonly Type[]
  readonly result: Type
  /** Undefined when the values are not of these types. */
  readonly call: (given: readonly Value[]) => Value | undefined
}

/** The values that one argument takes. */
export interface Taken<V extends Value> {
  readonly type: Type
  readonly is: (value: Value) => value is V
}

type TakenAll<Given extends Value[]> = { readonly [At in keyof Given]: Taken<Given[At]> }

/** A function of its own: `size(x)`. */
export const overload = <Given extends Value[]>(
  id: string,
  name: string,
  taken: TakenAll<Given>,
  result: Type,
  run: (...given: NoInfer<Given>) => Value,
): Overload => define(id, name, false, taken, result, run)

/** A function behind a dot: `x.size()`. */
export const method = <Given extends Value[]>(
  id: string,
  name: string,
  taken: TakenAll<Given>,
  result: Type,
  run: (...given: NoInfer<Given>) => Value,
): Overload => define(id, name, true, taken, result, run)

function define<Given extends Value[]>(
  id: string,
  name: string,
  isMethod: boolean,
  taken: TakenAll<Given>,
  result: Type,
  run: (...given: NoInfer<Given>) => Value,
): Overload {
  const all: readonly Taken<Value>[] = taken
  const fits = (given: readonly Value[]): given is Given =>
    given.length === all.length && all.every(({ is }, at) => is(given[at] ?? null))
  return {
    id,
    name,
    method: isMethod,
    arguments: all.map(({ type }) => type),
    result,
    call: (given) => (fits(given) ? run(...given) : undefined),
  }
}

const taken = <V extends Value>(type: Type, is: (value: Value) => value is V): Taken<V> => ({ type, is })

/** Any string. */
export const TEXT = taken(STRING, (value): value is string => typeof value === 'string')
/** Any int. */
export const INTEGER = taken(INT, (value): value is bigint => typeof value === 'bigint')
/** Any uint. */
export const UNSIGNED = taken<Uint>(UINT, isUint)
/** Any double. */
export const FLOAT = taken(DOUBLE, (value): value is number => typeof value === 'number')
/** True or false. */
export const FLAG = taken(BOOL, (value): value is boolean => typeof value === 'boolean')
/** Null. */
export const NOTHING = taken(NULL, (value): value is null => value === null)
/** Any bytes. */
export const BINARY = taken(BYTES, (value): value is Uint8Array => value instanceof Uint8Array)
/** Any timestamp. */
export const MOMENT = taken(TIMESTAMP, (value): value is Timestamp => isTagged(value) && value.cel === 'timestamp')
/** Any duration. */
export const LENGTH = taken(DURATION, (value): value is Duration => isTagged(value) && value.cel === 'duration')

const isAny = (_value: Value): _value is Value => true
/** Any value; those of one name are of one type. */
export const free = (name: string): Taken<Value> => taken(parameter(name), isAny)
/** Any value, of a type that the checker knows by itself. */
export const anyOf = (type: Type): Taken<Value> => taken(type, isAny)
/** Any value at all. */
export const ANYTHING: Taken<Value> = taken(DYN, isAny)
/** A list of such items. */
export const listWith = (type: Type): Taken<List> => taken(listOf(type), isList)
/** A map of such keys and values. */
export const mapWith = (key: Type, value: Type): Taken<Dictionary> => taken(mapOf(key, value), isMap)
/** A map; an object passes for one where it is not known to be one. */
export const isEntries = (value: Value): value is Extract<Value, { cel: 'map' | 'object' }> =>
  isMap(value) || isObject(value)
/** What may be such a value. */
export const optionalWith = (type: Type): Taken<Optional> => taken(optionalOf(type), isOptional)

/** A type of a library, with a guard for what its values hold. */
export const foreign = <Held>(
  type: Type,
  isHeld: (held: unknown) => held is Held,
): Taken<Foreign & { readonly held: Held }> =>
  taken(
    type,
    (value): value is Foreign & { readonly held: Held } =>
      isTagged(value) && value.cel === 'foreign' && value.type === nameOf(type) && isHeld(value.held),
  )

/** A type that has a name, and of which nothing else is known. */
export const named = (name: string): Type => object(name)

const nameOf = (type: Type): string => ('name' in type ? type.name : type.kind)
