/** Times between their text in JSON and the seconds and nanoseconds of protobuf. */
import { instant } from '@muster/base/clock.ts'
import { badRequest } from '../status.ts'
import { formatMicroTime, formatTime, readTime } from '../time.ts'
import { unfit } from './misfit.ts'

/** Seconds since 1970 in UTC, and nanoseconds that count forward from there. */
export interface Timestamp {
  readonly seconds: number
  readonly nanos: number
}

/** Reads RFC 3339 with any offset and any fraction; beyond microseconds it is cut off. */
export function parseTimestamp(text: string): Timestamp {
  // Nearly every time is in whole seconds of UTC, and read ten times faster so.
  if (WHOLE_SECONDS.test(text)) {
    const milliseconds = Date.parse(text)
    if (Number.isFinite(milliseconds)) return { seconds: milliseconds / 1000, nanos: 0 }
  }
  const reading = readTime(text)
  if (!reading.read) throw unfit('a time', text)
  const seconds = Math.floor(reading.at / 1000)
  return { seconds, nanos: (reading.at - seconds * 1000) * 1e6 + reading.microseconds * 1000 }
}

/** RFC 3339 in UTC: whole seconds, or six digits of their fraction; null for the zero time of Go, the year 1. */
export function printTimestamp({ seconds, nanos }: Timestamp, hasFraction: boolean): string | null {
  const micros = hasFraction ? Math.floor(nanos / 1000) : 0
  const whole = seconds + Math.floor(micros / 1e6)
  if (!(whole >= FIRST_SECOND && whole <= LAST_SECOND)) throw badRequest('year outside of range [0,9999]')
  const rest = micros - Math.floor(micros / 1e6) * 1e6
  const at = instant(whole * 1000 + Math.floor(rest / 1000))
  return hasFraction ? formatMicroTime(at, rest % 1000) : formatTime(at)
}

const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** 0000-01-01T00:00:00Z: RFC 3339 has no year before it. */
const FIRST_SECOND = -62_167_219_200

/** 9999-12-31T23:59:59Z: nor a year after it. */
const LAST_SECOND = 253_402_300_799
