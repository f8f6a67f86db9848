/** The functions of the language itself beside its operators. Source: cel-go common/stdlib/standard.go. */
import { goFloat } from '../../go-text.ts'
import { compilePattern } from '../../schema/pattern.ts'
import { BOOL, BYTES, DOUBLE, DYN, INT, listOf, mapOf, parameter, STRING, type Type, UINT } from '../type.ts'
import { failure, isMap, typeName, uint, type Value } from '../value.ts'
import {
  BINARY,
  FLAG,
  FLOAT,
  free,
  INTEGER,
  isEntries,
  listWith,
  method,
  type Overload,
  overload,
  type Taken,
  TEXT,
  UNSIGNED,
} from './function.ts'

const A = parameter('A')
const B = parameter('B')

const conversion = (from: string, to: string): Value => failure(`type conversion error from '${from}' to '${to}'`)

const INT_RANGE = failure('integer overflow')
const UINT_RANGE = failure('unsigned integer overflow')
const asInt = (value: bigint): Value => (BigInt.asIntN(64, value) === value ? value : INT_RANGE)
const asUint = (value: bigint): Value => (value >= 0n && value < 2n ** 64n ? uint(value) : UINT_RANGE)

/** Lossless in the range of an int64, as cel-go checks it. */
const doubleToInt = (value: number): Value =>
  Number.isFinite(value) && value > -(2 ** 63) && value < 2 ** 63 ? asInt(BigInt(Math.trunc(value))) : INT_RANGE
const doubleToUint = (value: number): Value =>
  Number.isFinite(value) && value >= 0 && value < 2 ** 64 ? asUint(BigInt(Math.trunc(value))) : UINT_RANGE

function textToInt(text: string): Value {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
  return value !== undefined && BigInt.asIntN(64, value) === value ? value : conversion('string', 'int')
}

function textToUint(text: string): Value {
  const value = /^\d+$/.test(text) ? BigInt(text) : undefined
  return value !== undefined && value < 2n ** 64n ? uint(value) : conversion('string', 'uint')
}

function textToDouble(text: string): Value {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text)
  const [, sign = '', word = ''] = /^([+-]?)(inf|infinity|nan)$/i.exec(text) ?? []
  if (word.toLowerCase() === 'nan') return Number.NaN
  return word === '' ? conversion('string', 'double') : sign === '-' ? -Infinity : Infinity
}

const TRUTHS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ '0': false, f: false, F: false, false: false, FALSE: false, False: false },
}

function bytesToText(bytes: Uint8Array): Value {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return failure('invalid UTF-8 in bytes, cannot convert to string')
  }
}

const conversions: readonly Overload[] = [
  overload('bool_to_bool', 'bool', [FLAG], BOOL, (value) => value),
  overload('string_to_bool', 'bool', [TEXT], BOOL, (text) =>
    Object.hasOwn(TRUTHS, text) ? (TRUTHS[text] ?? false) : conversion('string', 'bool'),
  ),
  overload('bytes_to_bytes', 'bytes', [BINARY], BYTES, (value) => value),
  overload('string_to_bytes', 'bytes', [TEXT], BYTES, (text) => new TextEncoder().encode(text)),
  overload('double_to_double', 'double', [FLOAT], DOUBLE, (value) => value),
  overload('int64_to_double', 'double', [INTEGER], DOUBLE, (value) => Number(value)),
  overload('string_to_double', 'double', [TEXT], DOUBLE, textToDouble),
  overload('uint64_to_double', 'double', [UNSIGNED], DOUBLE, ({ value }) => Number(value)),
  overload('to_dyn', 'dyn', [free('A')], DYN, (value) => value),
  overload('int64_to_int64', 'int', [INTEGER], INT, (value) => value),
  overload('double_to_int64', 'int', [FLOAT], INT, doubleToInt),
  overload('string_to_int64', 'int', [TEXT], INT, textToInt),
  overload('uint64_to_int64', 'int', [UNSIGNED], INT, ({ value }) => asInt(value)),
  overload('string_to_string', 'string', [TEXT], STRING, (value) => value),
  overload('bool_to_string', 'string', [FLAG], STRING, String),
  overload('bytes_to_string', 'string', [BINARY], STRING, bytesToText),
  overload('double_to_string', 'string', [FLOAT], STRING, goFloat),
  overload('int64_to_string', 'string', [INTEGER], STRING, String),
  overload('uint64_to_string', 'string', [UNSIGNED], STRING, ({ value }) => String(value)),
  overload('uint64_to_uint64', 'uint', [UNSIGNED], UINT, (value) => value),
  overload('double_to_uint64', 'uint', [FLOAT], UINT, doubleToUint),
  overload('int64_to_uint64', 'uint', [INTEGER], UINT, asUint),
  overload('string_to_uint64', 'uint', [TEXT], UINT, textToUint),
  overload('type', 'type', [free('A')], { kind: 'type', of: A }, (value) => ({ cel: 'type', name: typeName(value) })),
]

/** Characters of a text are code points. */
export const sizeOfText = (text: string): number => {
  let size = 0
  for (const _point of text) size++
  return size
}

const sized = <V extends Value>(id: string, taken: Taken<V>, size: (value: V) => number): Overload[] => [
  overload(`size_${id}`, 'size', [taken], INT, (value) => BigInt(size(value))),
  method(`${id}_size`, 'size', [taken], INT, (value) => BigInt(size(value))),
]

const sizes: readonly Overload[] = [
  ...sized('bytes', BINARY, (bytes) => bytes.length),
  ...sized('list', listWith(A), ({ size }) => size),
  ...sized('map', { type: mapOf(A, B), is: isEntries }, (map) => (isMap(map) ? map.size : map.fields().length)),
  ...sized('string', TEXT, sizeOfText),
]

/** True when the pattern matches anywhere in the text. */
export function matches(text: string, pattern: string): Value {
  const compiled = compilePattern(pattern)
  return compiled.valid ? compiled.matches(text) : failure(compiled.why)
}

const texts: readonly Overload[] = [
  method('contains_string', 'contains', [TEXT, TEXT], BOOL, (text, part) => text.includes(part)),
  method('ends_with_string', 'endsWith', [TEXT, TEXT], BOOL, (text, end) => text.endsWith(end)),
  method('starts_with_string', 'startsWith', [TEXT, TEXT], BOOL, (text, start) => text.startsWith(start)),
  overload('matches', 'matches', [TEXT, TEXT], BOOL, matches),
  method('matches_string', 'matches', [TEXT, TEXT], BOOL, matches),
]

/** All of them. */
export const STANDARD: readonly Overload[] = [...conversions, ...sizes, ...texts]

/** Names of types, which are values too. */
export const TYPE_NAMES: Readonly<Record<string, Type>> = {
  bool: BOOL,
  bytes: BYTES,
  double: DOUBLE,
  int: INT,
  list: listOf(DYN),
  map: mapOf(DYN, DYN),
  null_type: { kind: 'null_type' },
  string: STRING,
  type: { kind: 'type' },
  uint: UINT,
  'google.protobuf.Duration': { kind: 'duration' },
  'google.protobuf.Timestamp': { kind: 'timestamp' },
}
