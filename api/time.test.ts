import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { formatMicroTime, formatTime, readMicroTime, readTime, type TimeReading } from './time.ts'

const format = (reading: TimeReading, as: typeof formatMicroTime): string | null =>
  reading.read ? as(reading.at, reading.microseconds) : reading.why

// Drawn from a run of apimachinery v0.36.1: what is read, what a Time and what a MicroTime makes of it.
const READ: readonly [string, string | null, string | null][] = [
  [
    '2026-11-22T19:30:05Z',
    '2026-11-22T19:30:05Z',
    'parsing time "2026-11-22T19:30:05Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
  ['2026-11-22T19:30:05.123456Z', '2026-11-22T19:30:05Z', '2026-11-22T19:30:05.123456Z'],
  ['2026-11-22T19:30:05,123456+02:30', '2026-11-22T17:00:05Z', '2026-11-22T17:00:05.123456Z'],
  ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59Z', '1969-12-31T23:59:59.999999Z'],
  ['0001-01-01T00:00:00.000000Z', null, null],
  ['0050-02-28T5:00:00.000000-24:60', '0050-03-01T06:00:00Z', '0050-03-01T06:00:00.000000Z'],
  ['9999-12-31T23:59:59.000000-01:00', '10000-01-01T00:59:59Z', '10000-01-01T00:59:59.000000Z'],
]

for (const [text, time, microTime] of READ) {
  test(`read ${text}`, () => {
    assert.equal(format(readTime(text), formatTime), time)
    assert.equal(format(readMicroTime(text), formatMicroTime), microTime)
  })
}

// Go says them so: parsing time "…" and then this.
const REFUSED: readonly [string, string][] = [
  ['', ' as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'],
  ['tomorrow', ' as "2006-01-02T15:04:05Z07:00": cannot parse "tomorrow" as "2006"'],
  ['2026-11-22', ' as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ['2026-13-22T19:30:05Z', ': month out of range'],
  ['2026-02-29T19:30:05Z', ': day out of range'],
  ['2026-02-00T19:30:05Z', ': day out of range'],
  ['2026-02-01T24:30:05Z', ': hour out of range'],
  ['2026-02-01T23:30:60Z', ': second out of range'],
  ['2026-02-01T23:30:05', ' as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"'],
  ['2026-02-01T23:30:05+25:00', ': time zone offset hour out of range'],
  ['2026-02-01T23:30:05Z!', ': extra text: "!"'],
]

for (const [text, why] of REFUSED) {
  test(`refuse '${text}'`, () => {
    const reading = readTime(text)
    assert.equal(format(reading, formatTime), `parsing time "${text}"${why}`)
  })
}

test('a text that is no ASCII is quoted byte by byte', () => {
  assert.match(String(format(readTime('é"'), formatTime)), /^parsing time "\\xc3\\xa9\\"" as /)
})

test('what is written is read as the same moment, to the microsecond', () => {
  const years = { min: Date.UTC(1, 1), max: Date.UTC(9999, 11) }
  fc.assert(
    fc.property(fc.integer(years), fc.integer({ min: 0, max: 999 }), (at, microseconds) => {
      assert.deepEqual(readMicroTime(formatMicroTime(instant(at), microseconds) ?? ''), {
        read: true,
        at,
        microseconds,
      })
      const whole = Math.floor(at / 1000) * 1000
      assert.deepEqual(readTime(formatTime(instant(at)) ?? ''), { read: true, at: whole, microseconds: 0 })
    }),
    { seed: 1 },
  )
})
