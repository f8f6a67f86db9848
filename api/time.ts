/**
 * Times as Kubernetes writes them: RFC 3339 in UTC, with whole seconds (Time) or with microseconds (MicroTime).
 *
 * What is read may have any offset, and a Time any fraction, which is dropped. The first moment of the year 1 is Go's
 * zero and is written as null.
 *
 * Source: apimachinery meta/v1 time.go and micro_time.go; Go time.Parse, leniencies and messages included.
 */
import { type Instant, instant } from '@muster/base/clock.ts'

/** A time that was read, or what is wrong with the text. `microseconds` are those within the instant's millisecond, 0 to 999. */
export type TimeReading =
  | { readonly read: true; readonly at: Instant; readonly microseconds: number }
  | { readonly read: false; readonly why: string }

/** A Time: RFC 3339, with or without a fraction. */
export const readTime = (text: string): TimeReading => read(text, TIME)

/** A MicroTime: RFC 3339 with exactly six digits of a fraction. */
export const readMicroTime = (text: string): TimeReading => read(text, MICRO_TIME)

/** A Time in whole seconds: `2026-11-22T19:30:00Z`; null for Go's zero. */
export const formatTime = (at: Instant): string | null => (isZero(at, 0) ? null : `${formatSeconds(at)}Z`)

/** A moment that happened, in whole seconds: `2026-11-22T19:30:00Z`. */
export const timestamp = (at: Instant): string => `${formatSeconds(at)}Z`

/** A MicroTime: `2026-11-22T19:30:00.123456Z`; null for Go's zero. */
export function formatMicroTime(at: Instant, microseconds = 0): string | null {
  if (isZero(at, microseconds)) return null
  const fraction = (at - Math.floor(at / 1000) * 1000) * 1000 + microseconds
  return `${formatSeconds(at)}.${String(fraction).padStart(6, '0')}Z`
}

const TIME = '2006-01-02T15:04:05Z07:00'
const MICRO_TIME = '2006-01-02T15:04:05.000000Z07:00'

/** 0001-01-01T00:00:00Z. */
const ZERO = instant(-62_135_596_800_000)

const isZero = (at: Instant, microseconds: number): boolean => at === ZERO && microseconds === 0

/** Most times that are written are of the same second as the one before. */
let lastSecond = { second: Number.NaN, text: '' }

function formatSeconds(at: Instant): string {
  const second = Math.floor(at / 1000)
  if (second !== lastSecond.second) lastSecond = { second, text: formatSecond(second) }
  return lastSecond.text
}

function formatSecond(second: number): string {
  const date = new Date(second * 1000)
  const text = date.toISOString()
  const year = date.getUTCFullYear()
  // Other years are written with a sign and six digits, and Go's are not.
  if (year >= 0 && year <= 9999) return text.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)
  return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}${text.slice('+yyyyyy'.length, -'.000Z'.length)}`
}

/** A text that is being read from left to right. */
interface Scan {
  readonly text: string
  readonly layout: string
  rest: string
  why?: string
}

function read(text: string, layout: string): TimeReading {
  const scan: Scan = { text, layout, rest: text }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = ELEMENTS.map((element) =>
    take(scan, element),
  )
  const microsecond = takeFraction(scan)
  const offsetMinutes = takeOffset(scan)
  if (scan.why === undefined && scan.rest !== '') fail(scan, `: extra text: ${quote(scan.rest)}`)
  if (scan.why === undefined && (day < 1 || day > daysIn(year, month))) fail(scan, ': day out of range')
  if (scan.why !== undefined) return { read: false, why: scan.why }
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day)
  const seconds = (hour * 60 + minute - offsetMinutes) * 60 + second
  const milliseconds = Math.floor(microsecond / 1000)
  return {
    read: true,
    at: instant(midnight + seconds * 1000 + milliseconds),
    microseconds: microsecond - milliseconds * 1000,
  }
}

/** A number and what stands before it. `says` is how Go's layout writes it. */
interface Element {
  readonly before: string
  readonly says: string
  readonly form: RegExp
  readonly range?: { readonly unit: string; readonly low: number; readonly high: number }
}

const ELEMENTS: readonly Element[] = [
  { before: '', says: '2006', form: /^\d{4}/ },
  { before: '-', says: '01', form: /^\d\d/, range: { unit: 'month', low: 1, high: 12 } },
  { before: '-', says: '02', form: /^\d\d/ },
  // One digit will do for the hour, in Go and therefore in Kubernetes.
  { before: 'T', says: '15', form: /^\d\d?/, range: { unit: 'hour', low: 0, high: 23 } },
  { before: ':', says: '04', form: /^\d\d/, range: { unit: 'minute', low: 0, high: 59 } },
  { before: ':', says: '05', form: /^\d\d/, range: { unit: 'second', low: 0, high: 59 } },
]

/** Once something is wrong nothing more is taken: the first complaint is the one that is said. */
function take(scan: Scan, { before, says, form, range }: Element): number {
  if (scan.why !== undefined) return 0
  if (!scan.rest.startsWith(before)) return misread(scan, before)
  scan.rest = scan.rest.slice(before.length)
  const [digits] = form.exec(scan.rest) ?? []
  if (digits === undefined) return misread(scan, says)
  const value = Number(digits)
  if (range && (value < range.low || value > range.high)) return fail(scan, `: ${range.unit} out of range`)
  scan.rest = scan.rest.slice(digits.length)
  return value
}

/** In microseconds; what is finer is dropped. */
function takeFraction(scan: Scan): number {
  if (scan.why !== undefined) return 0
  const isMicro = scan.layout === MICRO_TIME
  const [fraction, digits = ''] = (isMicro ? /^[.,](\d{6})/ : /^[.,](\d+)/).exec(scan.rest) ?? []
  if (fraction === undefined) return isMicro ? misread(scan, '.000000') : 0
  scan.rest = scan.rest.slice(fraction.length)
  return Number(digits.slice(0, 6).padEnd(6, '0'))
}

/** In minutes, positive to the east. */
function takeOffset(scan: Scan): number {
  if (scan.why !== undefined) return 0
  if (scan.rest.startsWith('Z')) {
    scan.rest = scan.rest.slice(1)
    return 0
  }
  const [offset, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(scan.rest) ?? []
  if (offset === undefined) return misread(scan, 'Z07:00')
  // 24 and 60 are let through, by Go too: people write them.
  if (Number(hours) > 24) return fail(scan, ': time zone offset hour out of range')
  if (Number(minutes) > 60) return fail(scan, ': time zone offset minute out of range')
  scan.rest = scan.rest.slice(offset.length)
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
}

function misread(scan: Scan, element: string): number {
  return fail(scan, ` as ${quote(scan.layout)}: cannot parse ${quote(scan.rest)} as ${quote(element)}`)
}

function fail(scan: Scan, why: string): number {
  scan.why = `parsing time ${quote(scan.text)}${why}`
  return 0
}

const daysIn = (year: number, month: number): number =>
  new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate()

/** Go's package time quotes in its own way: byte by byte, everything outside printable ASCII in hexadecimal. */
function quote(text: string): string {
  const shown = [...new TextEncoder().encode(text)].map((byte) => {
    if (byte < 0x20 || byte > 0x7e) return `\\x${byte.toString(16).padStart(2, '0')}`
    const character = String.fromCharCode(byte)
    return character === '"' || character === '\\' ? `\\${character}` : character
  })
  return `"${shown.join('')}"`
}
