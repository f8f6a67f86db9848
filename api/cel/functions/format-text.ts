/** `'%d of %s'.format([3, 'us'])`. Source: cel-go ext/formatting.go. */

import { goFloat, goQuote } from '../../go-text.ts'
import { failure, isList, isMap, isTagged, isUint, itemsOf, typeName, type Value } from '../value.ts'
import { formatDuration, formatTimestamp } from './time.ts'

/** A precision that is larger makes no number better, and JavaScript has none. */
const PRECISION_MAX = 100
const PRECISION_DEFAULT = 6

/** The text with its clauses replaced, or why it cannot be. */
export function formatText(text: string, given: readonly Value[]): Value {
  let said = ''
  let at = 0
  let rest = text
  for (let clause = rest.indexOf('%'); clause >= 0; clause = rest.indexOf('%')) {
    said += rest.slice(0, clause)
    rest = rest.slice(clause + 1)
    if (rest.startsWith('%')) {
      said += '%'
      rest = rest.slice(1)
      continue
    }
    const value = given[at]
    if (value === undefined) return failure(`index ${at} out of range`)
    const [whole, precision, letter] = /^(?:\.(\d*))?(.)/su.exec(rest) ?? []
    if (whole === undefined || letter === undefined) return failure('unexpected end of string')
    const part = formatOne(letter, value, precision === undefined ? PRECISION_DEFAULT : Number(precision))
    if (typeof part !== 'string') return failure(part.why)
    said += part
    rest = rest.slice(whole.length)
    at++
  }
  return said + rest
}

interface Wrong {
  readonly why: string
}

function formatOne(letter: string, value: Value, precision: number): string | Wrong {
  switch (letter) {
    case 's':
      return sayValue(value)
    case 'd':
      if (typeof value === 'number') return decimal(value)
      return wholeNumber(value)?.toString() ?? wrong('decimal clause can only be used on integers', value)
    case 'f':
    case 'e':
      return fraction(letter, value, Math.min(precision, PRECISION_MAX))
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      return wholeNumber(value)?.toString(2) ?? wrong('only integers and bools can be formatted as binary', value)
    case 'x':
    case 'X': {
      const said = hexadecimal(value)
      if (said === undefined) {
        return wrong('only integers, byte buffers, and strings can be formatted as hex', value)
      }
      return letter === 'X' ? said.toUpperCase() : said
    }
    case 'o':
      return wholeNumber(value)?.toString(8) ?? wrong('octal clause can only be used on integers', value)
    default:
      return { why: `could not parse formatting clause: unrecognized formatting clause "${letter}"` }
  }
}

const wrong = (why: string, value: Value): Wrong => ({
  why: `error during formatting: ${why}, was given ${typeName(value)}`,
})

const wholeNumber = (value: Value): bigint | undefined =>
  typeof value === 'bigint' ? value : isUint(value) ? value.value : undefined

function hexadecimal(value: Value): string | undefined {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  if (bytes instanceof Uint8Array) return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return wholeNumber(value)?.toString(16)
}

/** As people in the United States write numbers, whatever the server's own language. */
const RAISED = [...'⁰¹²³⁴⁵⁶⁷⁸⁹']

function fraction(letter: 'f' | 'e', value: Value, precision: number): string | Wrong {
  const whole = wholeNumber(value)
  const number = whole === undefined ? value : Number(whole)
  if (typeof number !== 'number') {
    const what = letter === 'f' ? 'fixed-point' : 'scientific'
    return wrong(`${what} clause can only be used on doubles`, value)
  }
  if (!Number.isFinite(number)) return decimal(number)
  if (letter === 'f') {
    const [before = '', ...after] = number.toFixed(precision).split('.')
    return [before.replace(/\B(?=(\d{3})+$)/g, ','), ...after].join('.')
  }
  const [digits = '', exponent = ''] = number.toExponential(precision).split('e')
  const power = `${exponent.startsWith('-') ? '⁻' : ''}${exponent.slice(1).padStart(2, '0')}`
  return `${digits}×10${power.replace(/\d/g, (digit) => RAISED[Number(digit)] ?? digit)}`
}

/** Without an exponent, however long it gets. */
function decimal(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const said = String(value)
  if (!said.includes('e')) return said
  return BigInt(Math.trunc(value)) !== 0n
    ? String(BigInt(Math.trunc(value)))
    : value.toFixed(PRECISION_MAX).replace(/0+$/, '')
}

function sayValue(value: Value): string | Wrong {
  if (value === null) return 'null'
  if (typeof value === 'number') return goFloat(value)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (!isTagged(value)) return String(value)
  if (isList(value)) {
    const said = itemsOf(value).map(sayInside)
    const bad = said.find((one) => typeof one !== 'string')
    return bad ?? `[${said.join(', ')}]`
  }
  if (isMap(value)) {
    const said = value.keys().map((key) => [sayInside(key), sayInside(value.get(key) ?? null)])
    const bad = said.flat().find((one) => typeof one !== 'string')
    const entries = said.map(([key, one]) => `${String(key)}:${String(one)}`)
    return bad ?? `{${entries.toSorted().join(', ')}}`
  }
  switch (value.cel) {
    case 'uint':
      return String(value.value)
    case 'timestamp':
      return formatTimestamp(value)
    case 'duration':
      return formatDuration(value.nanoseconds)
    case 'type':
      return value.name
    default: {
      const why =
        'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps'
      return wrong(why, value)
    }
  }
}

/** Inside a list or map a value is written as an expression would have it. */
function sayInside(value: Value): string | Wrong {
  const said = sayValue(value)
  if (typeof said !== 'string') return said
  if (typeof value === 'string') return goQuote(said)
  if (value instanceof Uint8Array) return `b${goQuote(said)}`
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(PRECISION_DEFAULT) : `"${said}"`
  if (!isTagged(value)) return said
  if (value.cel === 'timestamp' || value.cel === 'duration') return `${value.cel}(${goQuote(said)})`
  return said
}
