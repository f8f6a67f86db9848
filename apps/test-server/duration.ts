/** Lengths of time as a test writes them. */
import type { Duration } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'

/** `'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`, several of them as in `'1h30m'`, or a number of milliseconds. */
export type Length = number | string

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/** The length that is meant. Throws Invalid for what is none. */
export function durationOf(length: Length): Duration {
  if (typeof length === 'number' && Number.isFinite(length) && length >= 0) return length as Duration
  const text = String(length)
  const parts = [...text.matchAll(PART)]
  if (text === '' || parts.map(([part]) => part).join('') !== text) {
    throw new ControlError('Invalid', `'${text}' is no length of time: write '250ms', '30s', '5m', '1h30m' or '1d'`)
  }
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0) as Duration
}

/** The same, and with a minus before it the time back. */
export function differenceOf(length: Length): Duration {
  const text = String(length)
  return text.startsWith('-') ? (-durationOf(text.slice(1)) as Duration) : durationOf(length)
}
