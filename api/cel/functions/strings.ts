/** Functions on texts. Positions count code points. Source: cel-go ext/strings.go (version 2), Kubernetes cel/library/regex.go. */
import { RE2JS } from 're2js'
import { NAMED_ESCAPES } from '../../go-text.ts'
import { INT, listOf, STRING } from '../type.ts'
import { failure, itemsOf, listValue, type Value } from '../value.ts'
import { formatText } from './format-text.ts'
import { ANYTHING, INTEGER, listWith, method, type Overload, overload, TEXT } from './function.ts'

/** A text that is longer is not made: that of a whole request is 3 MiB. */
export const TEXT_LENGTH_MAX = 16 * 2 ** 20
const TOO_LONG = failure(`the text would be longer than ${TEXT_LENGTH_MAX} characters`)

const outOfRange = (at: bigint): Value => failure(`index out of range: ${at}`)

function charAt(text: string, at: bigint): Value {
  const points = [...text]
  if (at < 0n || at > BigInt(points.length)) return outOfRange(at)
  return points[Number(at)] ?? ''
}

function indexOf(text: string, part: string, from: bigint): Value {
  if (part === '') return from
  if (from < 0n) return outOfRange(from)
  const points = [...text]
  if (from >= BigInt(points.length)) return -1n
  const start = points.slice(0, Number(from)).join('').length
  const found = text.indexOf(part, start)
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length)
}

function lastIndexOf(text: string, part: string, from: bigint): Value {
  if (part === '') return from
  if (from < 0n) return outOfRange(from)
  const points = [...text]
  if (from >= BigInt(points.length)) return -1n
  const start = points.slice(0, Number(from)).join('').length
  const found = text.lastIndexOf(part, start)
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length)
}

function substring(text: string, start: bigint, end?: bigint): Value {
  const points = [...text]
  const size = BigInt(points.length)
  if (end !== undefined && start > end) return failure(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0n || start > size) return outOfRange(start)
  if (end !== undefined && (end < 0n || end > size)) return outOfRange(end)
  return points.slice(Number(start), end === undefined ? undefined : Number(end)).join('')
}

/** The first so many occurrences; all of them when `count` is negative. */
function replace(text: string, part: string, by: string, count: bigint): Value {
  if (count === 0n) return text
  const pieces = part === '' ? ['', ...text] : text.split(part)
  const ends = part === '' ? pieces.length : pieces.length - 1
  const replaced = count < 0n || count > BigInt(ends) ? ends : Number(count)
  if (text.length + replaced * by.length > TEXT_LENGTH_MAX) return TOO_LONG
  if (part === '') return pieces.map((piece, at) => piece + (at < replaced ? by : '')).join('')
  const head = pieces.slice(0, replaced + 1).join(by)
  return [head, ...pieces.slice(replaced + 1)].join(part)
}

/** At most so many pieces; all of them when `count` is negative. */
function split(text: string, separator: string, count: bigint): Value {
  if (count === 0n) return listValue([])
  const pieces = separator === '' ? [...text] : text.split(separator)
  if (count < 0n || count >= BigInt(pieces.length)) return listValue(pieces)
  const kept = Number(count) - 1
  return listValue([...pieces.slice(0, kept), pieces.slice(kept).join(separator)])
}

function join(list: Parameters<typeof itemsOf>[0], separator: string): Value {
  const items = itemsOf(list)
  let length = 0
  const texts: string[] = []
  for (const item of items) {
    if (typeof item !== 'string') return failure(`join: invalid input: ${String(item)}`)
    length += item.length + separator.length
    if (length > TEXT_LENGTH_MAX) return TOO_LONG
    texts.push(item)
  }
  return texts.join(separator)
}

const quote = (text: string): string => `"${[...text].map((one) => NAMED_ESCAPES[one] ?? one).join('')}"`

function find(text: string, pattern: string, count: bigint): Value {
  try {
    const matcher = RE2JS.compile(pattern).matcher(text)
    const found: string[] = []
    while ((count < 0n || BigInt(found.length) < count) && matcher.find()) found.push(matcher.group() ?? '')
    return listValue(found)
  } catch (error) {
    return failure(`Illegal regex: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function findFirst(text: string, pattern: string): Value {
  const found = find(text, pattern, 1n)
  return typeof found === 'object' &&
    found !== null &&
    'at' in found &&
    !(found instanceof Uint8Array) &&
    found.cel === 'list'
    ? found.size > 0
      ? found.at(0)
      : ''
    : found
}

const TEXTS = listWith(STRING)

/** Go's `strings.TrimSpace`. */
const trim = (text: string): string => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '')

/** All of them. */
export const STRINGS: readonly Overload[] = [
  method('string_char_at_int', 'charAt', [TEXT, INTEGER], STRING, charAt),
  method('string_index_of_string', 'indexOf', [TEXT, TEXT], INT, (text, part) => indexOf(text, part, 0n)),
  method('string_index_of_string_int', 'indexOf', [TEXT, TEXT, INTEGER], INT, indexOf),
  method('string_last_index_of_string', 'lastIndexOf', [TEXT, TEXT], INT, (text, part) => {
    const size = BigInt([...text].length)
    if (part === '') return size
    return text.length < part.length ? -1n : lastIndexOf(text, part, size - 1n)
  }),
  method('string_last_index_of_string_int', 'lastIndexOf', [TEXT, TEXT, INTEGER], INT, lastIndexOf),
  method('string_lower_ascii', 'lowerAscii', [TEXT], STRING, (text) =>
    text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  ),
  method('string_upper_ascii', 'upperAscii', [TEXT], STRING, (text) =>
    text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
  ),
  method('string_replace_string_string', 'replace', [TEXT, TEXT, TEXT], STRING, (text, part, by) =>
    replace(text, part, by, -1n),
  ),
  method('string_replace_string_string_int', 'replace', [TEXT, TEXT, TEXT, INTEGER], STRING, replace),
  method('string_split_string', 'split', [TEXT, TEXT], listOf(STRING), (text, separator) =>
    split(text, separator, -1n),
  ),
  method('string_split_string_int', 'split', [TEXT, TEXT, INTEGER], listOf(STRING), split),
  method('string_substring_int', 'substring', [TEXT, INTEGER], STRING, (text, start) => substring(text, start)),
  method('string_substring_int_int', 'substring', [TEXT, INTEGER, INTEGER], STRING, substring),
  method('string_trim', 'trim', [TEXT], STRING, trim),
  method('list_join', 'join', [TEXTS], STRING, (texts) => join(texts, '')),
  method('list_join_string', 'join', [TEXTS, TEXT], STRING, join),
  method('string_format', 'format', [TEXT, listWith(ANYTHING.type)], STRING, (text, given) =>
    formatText(text, itemsOf(given)),
  ),
  overload('strings_quote', 'strings.quote', [TEXT], STRING, quote),
  method('string_find_string', 'find', [TEXT, TEXT], STRING, findFirst),
  method('string_find_all_string', 'findAll', [TEXT, TEXT], listOf(STRING), (text, pattern) =>
    find(text, pattern, -1n),
  ),
  method('string_find_all_string_int', 'findAll', [TEXT, TEXT, INTEGER], listOf(STRING), find),
]
