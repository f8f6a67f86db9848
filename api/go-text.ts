/**
 * Values as Go prints and measures them. The messages of Kubernetes are made with Go's formats, and clients compare
 * them; where JavaScript would print or count otherwise, these do it Go's way.
 */

/** A string in double quotes, as `%q` prints it: what can be printed stays, everything else is escaped. Source: Go strconv.Quote. */
export const goQuote = (text: string): string =>
  SIMPLE.test(text) ? `"${text}"` : `"${Array.from(text, escapeCharacter).join('')}"`

/** A value as `json.Marshal` prints it: compact, and with `<`, `>` and `&` escaped. Source: Go encoding/json. */
export const goJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(HTML_UNSAFE, (character) => escapeHex(character, 4))

/** A number as `%v` prints what Go's JSON makes of it: whole numbers an int64 if they fit one, all others a float64. */
export const goNumber = (value: number): string =>
  Number.isInteger(value) && value >= -INT64_END && value < INT64_END ? BigInt(value).toString() : goFloat(value)

/** A number as `%v` prints a float64: with an exponent below 1e-4 and from 1e6 on. Source: Go strconv.FormatFloat, format g. */
export function goFloat(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const isPlain = Number(exponent) >= -4 && Number(exponent) < 6
  return isPlain ? String(value) : `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

/** A parsed value as `%v` prints it: `map[a:1 b:[x <nil>]]`, the fields in order. */
export function goPlain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return goNumber(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `map[${fields.map(([name, held]) => `${name}:${goPlain(held)}`).join(' ')}]`
}

/** How long a text is in UTF-8, as Go's `len` counts it. */
export const byteLength = (text: string): number =>
  ASCII.test(text) ? text.length : new TextEncoder().encode(text).length

const INT64_END = 2 ** 63

/** Neither quotes, backslashes, control characters nor anything outside ASCII: nothing to escape. */
const SIMPLE = /^[ !#-[\]-~]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, control characters too
const ASCII = /^[\u0000-\u007f]*$/
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const HTML_UNSAFE = /[<>&\u2028\u2029]/g

/** Characters that Go, and CEL with it, escape by a name. */
export const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

function escapeCharacter(character: string): string {
  const named = NAMED_ESCAPES[character]
  if (named !== undefined) return named
  if (PRINTABLE.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  // Half of a surrogate pair cannot be written in UTF-8; Go reads it as the replacement character.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : escapeHex(character, 4)
}

const escapeHex = (character: string, digits: number): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(digits, '0')}`
