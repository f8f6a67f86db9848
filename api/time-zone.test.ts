import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { hours, instant, minutes } from '@muster/base/clock.ts'
import { isZone, zoneOffset } from './time-zone.ts'

const at = (text: string) => instant(Date.parse(text))

test('clocks are ahead of UTC by what their zone says at that moment', () => {
  const cases = [
    ['', '2026-07-01T00:00:00Z', 0],
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', 1],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 2],
    ['America/New_York', '2026-11-01T05:59:59Z', -4],
    ['America/New_York', '2026-11-01T06:00:00Z', -5],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5.75],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', -10],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14],
  ] as const
  for (const [zone, time, ahead] of cases) equal(zoneOffset(zone, at(time)), hours(ahead), `${zone} ${time}`)
  equal(zoneOffset('Australia/Lord_Howe', at('2026-01-01T00:00:00Z')), hours(10) + minutes(60))
})

test('what is no name has no clocks', () => {
  deepEqual(
    ['Mars/Olympus', '+01:00', '-0500', ' ', 'Europe/Paris'].map((zone) => isZone(zone)),
    [false, false, false, false, true],
  )
  equal(zoneOffset('Mars/Olympus', at('2026-01-01T00:00:00Z')), undefined)
})
