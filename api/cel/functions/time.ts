/** Moments and lengths of time as texts, and their parts. Source: cel-go common/types/timestamp.go, duration.go; Go time. */
import { instant } from '@muster/base/clock.ts'
import { parseGoDuration } from '../../schema/formats/time.ts'
import { zoneOffset } from '../../time-zone.ts'
import { DURATION, INT, STRING, TIMESTAMP } from '../type.ts'
import { durationOf, failure, type Timestamp, timestampOf, type Value } from '../value.ts'
import { INTEGER, LENGTH, MOMENT, method, type Overload, overload, TEXT } from './function.ts'
import { TIMESTAMP_MAX, TIMESTAMP_MIN } from './operators.ts'

const SECOND = 10n ** 9n

/** RFC 3339; undefined for anything else. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const found = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d{1,}))?(Z|[+-]\d{2}:\d{2})$/.exec(text)
  const [, whole = '', fraction = '', zone = ''] = found ?? []
  const milliseconds = found ? Date.parse(`${whole}${zone}`) : Number.NaN
  if (Number.isNaN(milliseconds) || /T24|:60/.test(whole) || !isDay(whole)) return undefined
  return timestampOf(BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9)))
}

/** JavaScript takes the 31st of a shorter month for a day of the next. */
const isDay = (text: string): boolean => new Date(`${text}Z`).toISOString().startsWith(text.slice(0, 10))

/** RFC 3339 in UTC, with as many digits of a fraction as it has. */
export function formatTimestamp({ nanoseconds }: Timestamp): string {
  const seconds = floorDivide(nanoseconds, SECOND)
  const fraction = nanoseconds - seconds * SECOND
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`
  return `${whole}${digits}Z`
}

/** Seconds with an `s`, as CEL prints a duration. */
export function formatDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = String(size % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${nanoseconds < 0n ? '-' : ''}${size / SECOND}${fraction === '' ? '' : `.${fraction}`}s`
}

/** The duration of a text, or why there is none. */
export function readDuration(text: string): Value {
  const nanoseconds = parseGoDuration(text)
  return nanoseconds === undefined
    ? failure(`type conversion error from 'string' to 'google.protobuf.Duration'`)
    : durationOf(nanoseconds)
}

/** The moment of a text, or why there is none. */
export function readTimestamp(text: string): Value {
  const found = parseTimestamp(text)
  if (!found) return failure(`type conversion error from 'string' to 'google.protobuf.Timestamp'`)
  return found.nanoseconds < TIMESTAMP_MIN || found.nanoseconds > TIMESTAMP_MAX ? failure('timestamp overflow') : found
}

/** What `getFullYear` and the others answer, of a moment in UTC that is moved to its zone. */
const PARTS: Readonly<Record<string, (milliseconds: number, nanoseconds: bigint) => number>> = {
  getFullYear: (at) => new Date(at).getUTCFullYear(),
  getMonth: (at) => new Date(at).getUTCMonth(),
  getDayOfYear: (at) => Math.floor((at - new Date(at).setUTCMonth(0, 1)) / 86_400_000),
  getDate: (at) => new Date(at).getUTCDate(),
  getDayOfMonth: (at) => new Date(at).getUTCDate() - 1,
  getDayOfWeek: (at) => new Date(at).getUTCDay(),
  getHours: (at) => new Date(at).getUTCHours(),
  getMinutes: (at) => new Date(at).getUTCMinutes(),
  getSeconds: (at) => new Date(at).getUTCSeconds(),
  getMilliseconds: (_at, nanoseconds) => Number((nanoseconds % SECOND) / 1_000_000n),
}

const ofTimestamp: readonly Overload[] = Object.entries(PARTS).flatMap(([name, part]) => {
  const answer = ({ nanoseconds }: Timestamp, zone: string): Value => {
    const milliseconds = Number(floorDivide(nanoseconds, 1_000_000n))
    const shift = offsetOf(zone, milliseconds)
    if (shift === undefined) return failure(`unknown time zone ${zone}`)
    const inSecond = nanoseconds - floorDivide(nanoseconds, SECOND) * SECOND
    return BigInt(part(milliseconds + shift, inSecond))
  }
  return [
    method(`timestamp_to_${name}`, name, [MOMENT], INT, (at) => answer(at, 'UTC')),
    method(`timestamp_to_${name}_with_tz`, name, [MOMENT, TEXT], INT, answer),
  ]
})

/** Milliseconds that a zone is ahead of UTC: `+02:00`, `Europe/Berlin`; undefined for a zone that is none. */
function offsetOf(zone: string, at: number): number | undefined {
  const [, sign = '', hours = '', minutes = ''] = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone) ?? []
  if (hours !== '') return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return zoneOffset(zone, instant(at))
}

const ofDuration: readonly Overload[] = Object.entries({
  getHours: 3600n * SECOND,
  getMinutes: 60n * SECOND,
  getSeconds: SECOND,
}).map(([name, unit]) => method(`duration_to_${name}`, name, [LENGTH], INT, ({ nanoseconds }) => nanoseconds / unit))

/** Conversions and parts. */
export const TIME: readonly Overload[] = [
  ...ofTimestamp,
  ...ofDuration,
  method('duration_to_milliseconds', 'getMilliseconds', [LENGTH], INT, ({ nanoseconds }) => nanoseconds / 1_000_000n),
  overload('duration_to_duration', 'duration', [LENGTH], DURATION, (value) => value),
  overload('int64_to_duration', 'duration', [INTEGER], DURATION, (nanoseconds) => durationOf(nanoseconds)),
  overload('string_to_duration', 'duration', [TEXT], DURATION, readDuration),
  overload('timestamp_to_timestamp', 'timestamp', [MOMENT], TIMESTAMP, (value) => value),
  overload('int64_to_timestamp', 'timestamp', [INTEGER], TIMESTAMP, (seconds) => {
    const nanoseconds = seconds * SECOND
    return nanoseconds < TIMESTAMP_MIN || nanoseconds > TIMESTAMP_MAX
      ? failure('timestamp overflow')
      : timestampOf(nanoseconds)
  }),
  overload('string_to_timestamp', 'timestamp', [TEXT], TIMESTAMP, readTimestamp),
  overload('timestamp_to_int64', 'int', [MOMENT], INT, ({ nanoseconds }) => floorDivide(nanoseconds, SECOND)),
  overload('duration_to_int64', 'int', [LENGTH], INT, ({ nanoseconds }) => nanoseconds),
  overload('timestamp_to_string', 'string', [MOMENT], STRING, formatTimestamp),
  overload('duration_to_string', 'string', [LENGTH], STRING, ({ nanoseconds }) => formatDuration(nanoseconds)),
]

const floorDivide = (value: bigint, by: bigint): bigint => {
  const whole = value / by
  return value % by < 0n ? whole - 1n : whole
}
