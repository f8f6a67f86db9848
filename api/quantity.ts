/**
 * Amounts of resources, exact: `500m` of a CPU, `1536Mi` of memory, `12e6` of anything.
 *
 *     <sign> <digits . digits> <suffix>     suffix: Ki … Ei (powers of 1024), n u m k M … E (of 1000), e5 (of 10)
 *
 * A quantity remembers which of the three kinds of suffix it was written with, and is written with that kind again, in
 * canonical form: no fraction, the largest suffix that keeps every digit. What is finer than a billionth is rounded
 * up, away from zero: who asks for a little gets a little.
 *
 * Source: apimachinery pkg/api/resource, whose results these are, down to what it lets through (`Mi` is 0) and what it
 * hands back as it came (`1.500`). Refused here, and not there, is what would take more than {@link DIGITS_MAX} digits.
 */
import { ControlError } from '@muster/base/errors.ts'

/** Which kind of suffix a quantity is written with. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent'

/** The exact amount `mantissa * 10 ** exponent`. */
export interface Quantity {
  readonly mantissa: bigint
  /** At least -9. */
  readonly exponent: number
  readonly format: QuantityFormat
  /** The text that was read, where Kubernetes writes it back as it came. */
  readonly text?: string
}

/** A quantity that was read, or what is wrong with the text. */
export type QuantityReading =
  | { readonly read: true; readonly quantity: Quantity }
  | { readonly read: false; readonly why: string }

/** More than any quantity that means something, and few enough to reckon with at once. */
export const DIGITS_MAX = 1000

/** Reads a quantity. White space around it must have been trimmed. */
export function readQuantity(text: string): QuantityReading {
  if (text === '0') return accept({ mantissa: 0n, exponent: 0, format: 'DecimalSI', text })
  const [matched, sign = '', zeros = '', whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? []
  if (matched === undefined || text === '') return refuse(WRONG_FORM)
  const unit = readSuffix(suffix)
  if (unit === undefined) return refuse(WRONG_SUFFIX)
  const digits = (whole === '' ? '0' : whole) + fraction
  if (digits.length > DIGITS_MAX) return refuse(WRONG_NUMBER)
  const number = { digits: BigInt(digits), length: digits.length, places: fraction.length, negative: sign === '-' }
  const read = unit.base === 2 ? readBinary(number, unit.exponent) : readDecimal(number, unit)
  if (!read.exact && zeros + whole + fraction === '') return refuse(WRONG_NUMBER)
  return accept(keepsItsText(digits, number.places, unit) && read.exact ? { ...read.quantity, text } : read.quantity)
}

/** As {@link readQuantity}, with white space trimmed; throws BadRequest. */
export function parseQuantity(value: string | number): Quantity {
  const reading = readQuantity(String(value).trim())
  if (!reading.read) throw new ControlError('BadRequest', reading.why)
  return reading.quantity
}

/** The text of a quantity in canonical form. */
export function formatQuantity({ mantissa, exponent, format, text }: Quantity): string {
  if (text !== undefined) return text
  if (mantissa === 0n) return '0'
  if (format === 'BinarySI') {
    const binary = formatBinary(mantissa, exponent)
    if (binary !== undefined) return binary
  }
  return formatDecimal(mantissa, exponent, format === 'DecimalExponent' ? format : 'DecimalSI')
}

/** What a text becomes when it is read and written; what is not a quantity throws BadRequest. */
export const canonicalQuantity = (value: string | number): string => formatQuantity(parseQuantity(value))

/** A quantity of `amount * 10 ** exponent`. */
export const quantityOf = (amount: number | bigint, exponent = 0, format: QuantityFormat = 'DecimalSI'): Quantity => ({
  mantissa: BigInt(amount),
  exponent,
  format,
})

/** Below zero when the first is less, above zero when it is more. */
export function compareQuantities(one: Quantity, other: Quantity): number {
  const [left, right] = align(one, other)
  return left < right ? -1 : left > right ? 1 : 0
}

/** The sum, written as the first is; as the second, when the first is zero. */
export function addQuantities(one: Quantity, other: Quantity): Quantity {
  const [left, right, exponent] = align(one, other)
  return { mantissa: left + right, exponent, format: one.mantissa === 0n ? other.format : one.format }
}

/** The difference, written as the first is; as the second, when the first is zero. */
export const subtractQuantities = (one: Quantity, other: Quantity): Quantity =>
  addQuantities(one, negateQuantity(other))

/** The same amount with the other sign. */
export const negateQuantity = ({ mantissa, exponent, format }: Quantity): Quantity => ({
  mantissa: -mantissa,
  exponent,
  format,
})

/** So many times the amount, a whole number of times. */
export const multiplyQuantity = ({ mantissa, exponent, format }: Quantity, times: number | bigint): Quantity => ({
  mantissa: mantissa * BigInt(times),
  exponent,
  format,
})

/** How many units of `10 ** exponent` it is, rounded away from zero: bytes with 0, thousandths of a CPU with -3. */
export const countQuantity = ({ mantissa, exponent }: Quantity, unitExponent = 0): bigint =>
  exponent >= unitExponent
    ? mantissa * 10n ** BigInt(exponent - unitExponent)
    : divideAwayFromZero(mantissa, 10n ** BigInt(unitExponent - exponent))

/** The nearest floating-point number, for a graph or a score; never for a decision that must be exact. */
export const approximateQuantity = ({ mantissa, exponent }: Quantity): number => Number(`${mantissa}e${exponent}`)

const WRONG_FORM = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const WRONG_NUMBER = 'unable to parse numeric part of quantity'
const WRONG_SUFFIX = "unable to parse quantity's suffix"

/** Leading zeros are no part of the number. */
const FORM = /^([+-]?)(0*)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const SMALLEST_EXPONENT = -9
const LARGEST_DECIMAL_SUFFIX = 18
/** Source: apimachinery, maxAllowed: what a binary quantity is capped at. */
const BINARY_MAX = 2n ** 63n - 1n

interface Unit {
  readonly base: 2 | 10
  readonly exponent: number
  readonly format: QuantityFormat
}

interface Digits {
  readonly digits: bigint
  readonly length: number
  /** How many of the digits stand after the point. */
  readonly places: number
  readonly negative: boolean
}

interface Read {
  readonly quantity: Quantity
  /** The way that Kubernetes takes for numbers that fit in 64 bits: only there may the text be kept. */
  readonly exact: boolean
}

const accept = (quantity: Quantity): QuantityReading => ({ read: true, quantity })
const refuse = (why: string): QuantityReading => ({ read: false, why })

function readSuffix(suffix: string): Unit | undefined {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix)
  if (decimal >= 0) return { base: 10, exponent: decimal * 3 + SMALLEST_EXPONENT, format: 'DecimalSI' }
  const binary = BINARY_SUFFIXES.indexOf(suffix)
  if (binary >= 0) return { base: 2, exponent: binary * 10, format: 'BinarySI' }
  const [, power] = /^[eE]([-+]?\d+)$/.exec(suffix) ?? []
  if (power === undefined || Number(power) > DIGITS_MAX) return undefined
  return { base: 10, exponent: Math.max(Number(power), -DIGITS_MAX), format: 'DecimalExponent' }
}

function readDecimal({ digits, length, places, negative }: Digits, { exponent, format }: Unit): Read {
  const scale = exponent - places
  const value = negative ? -digits : digits
  if (scale >= SMALLEST_EXPONENT) {
    return { quantity: { mantissa: value, exponent: scale, format }, exact: length <= 18 }
  }
  const rounded = divideAwayFromZero(value, 10n ** BigInt(SMALLEST_EXPONENT - scale))
  return { quantity: { mantissa: rounded, exponent: SMALLEST_EXPONENT, format }, exact: false }
}

function readBinary({ digits, length, places, negative }: Digits, exponent: number): Read {
  const sign = negative ? -1n : 1n
  const scaled = digits << BigInt(exponent)
  const precision = 15 - length - Math.trunc((exponent * 3) / 10) - 1
  if (places === 0 && precision >= 0) {
    return { quantity: { mantissa: sign * scaled, exponent: 0, format: 'BinarySI' }, exact: true }
  }
  const one = 10n ** BigInt(-SMALLEST_EXPONENT)
  const nano = divideAwayFromZero(scaled * one, 10n ** BigInt(places))
  const capped = nano > BINARY_MAX * one ? BINARY_MAX * one : nano
  const format = capped > 0n && capped < one ? 'DecimalSI' : 'BinarySI'
  return { quantity: { mantissa: sign * capped, exponent: SMALLEST_EXPONENT, format }, exact: false }
}

/** What Kubernetes takes for canonical already, and so does not write anew. */
function keepsItsText(digits: string, places: number, { base, exponent }: Unit): boolean {
  if (base === 2) return Number(digits.slice(-3)) % 8 !== 0
  return (exponent - places) % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
}

/** Undefined when it is small or has a fraction: then a power of ten says it better. */
function formatBinary(mantissa: bigint, exponent: number): string | undefined {
  const scale = 10n ** BigInt(Math.abs(exponent))
  if (exponent < 0 && mantissa % scale !== 0n) return undefined
  const whole = exponent < 0 ? mantissa / scale : mantissa * scale
  if (whole > -1024n && whole < 1024n) return undefined
  const { rest, times } = takeFactors(whole, 1024n, BINARY_SUFFIXES.length - 1)
  return `${rest}${BINARY_SUFFIXES[times]}`
}

function formatDecimal(mantissa: bigint, exponent: number, format: 'DecimalSI' | 'DecimalExponent'): string {
  const { rest, times } = takeFactors(mantissa, 10n, Number.POSITIVE_INFINITY)
  const multiple = Math.floor((exponent + times) / 3) * 3
  // Kubernetes leaves the suffix out where it has none large enough, and so says another number; here the digits grow.
  const shown = format === 'DecimalSI' ? Math.min(multiple, LARGEST_DECIMAL_SUFFIX) : multiple
  const digits = rest * 10n ** BigInt(exponent + times - shown)
  if (format === 'DecimalSI') return `${digits}${DECIMAL_SUFFIXES[(shown - SMALLEST_EXPONENT) / 3]}`
  return shown === 0 ? `${digits}` : `${digits}e${shown}`
}

function takeFactors(value: bigint, factor: bigint, timesMax: number): { rest: bigint; times: number } {
  let rest = value
  let times = 0
  while (times < timesMax && rest !== 0n && rest % factor === 0n) {
    rest /= factor
    times++
  }
  return { rest, times }
}

function align(one: Quantity, other: Quantity): [bigint, bigint, number] {
  const exponent = Math.min(one.exponent, other.exponent)
  return [countQuantity(one, exponent), countQuantity(other, exponent), exponent]
}

function divideAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  if (value % divisor === 0n) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}
