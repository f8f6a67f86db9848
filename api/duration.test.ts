import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { humanDuration } from './duration.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

// In seconds; drawn from a run of apimachinery v0.36.1.
const DURATIONS: readonly [number, string][] = [
  [-2, '<invalid>'],
  [-1.9, '0s'],
  [0.9, '0s'],
  [119.9, '119s'],
  [2 * MINUTE, '2m'],
  [2 * MINUTE + 1, '2m1s'],
  [10 * MINUTE - 1, '9m59s'],
  [10 * MINUTE + 1, '10m'],
  [3 * HOUR - 1, '179m'],
  [3 * HOUR, '3h'],
  [3 * HOUR + MINUTE, '3h1m'],
  [8 * HOUR + MINUTE, '8h'],
  [2 * DAY - 1, '47h'],
  [2 * DAY + HOUR, '2d1h'],
  [8 * DAY + HOUR, '8d'],
  [2 * YEAR - 1, '729d'],
  [2 * YEAR, '2y'],
  [2 * YEAR + DAY, '2y1d'],
  [8 * YEAR + DAY, '8y'],
]

for (const [seconds, said] of DURATIONS) {
  test(`${seconds} s is ${said}`, () => assert.equal(humanDuration(seconds * 1000), said))
}

test('a longer time is never said as a shorter one', () => {
  const lengthOf = (said: string): number => {
    const units: Readonly<Record<string, number>> = { s: 1, m: MINUTE, h: HOUR, d: DAY, y: YEAR }
    return [...said.matchAll(/(\d+)([smhdy])/g)].reduce(
      (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
      0,
    )
  }
  fc.assert(
    fc.property(fc.nat(10 * YEAR), fc.nat(DAY), (length, more) => {
      assert.ok(lengthOf(humanDuration(length * 1000)) <= length)
      assert.ok(lengthOf(humanDuration(length * 1000)) <= lengthOf(humanDuration((length + more) * 1000)))
    }),
    { seed: 1, numRuns: 2000 },
  )
})
