import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readSchedule, type Schedule } from '@muster/api/builtin/batch/schedule.ts'
import type { Instant } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { nextTime } from './schedule-time.ts'

function scheduleOf(text: string): Schedule {
  const read = readSchedule(text)
  if ('why' in read) throw new Error(`${text}: ${read.why}`)
  return read.schedule
}
const next = (text: string, after: string, zone?: string): string | undefined => {
  const at = nextTime(scheduleOf(text), Date.parse(after) as Instant, zone)
  return at === undefined ? undefined : new Date(at).toISOString().replace('.000Z', 'Z')
}

/** Schedule, time, the next; and the zone where it is not UTC. */
const cases: readonly (readonly [text: string, after: string, at: string | undefined, zone?: string])[] = [
  ['* * * * *', '2026-11-23T10:00:00Z', '2026-11-23T10:01:00Z'],
  ['* * * * *', '2026-11-23T10:00:59.999Z', '2026-11-23T10:01:00Z'],
  ['*/15 * * * *', '2026-11-23T10:45:00Z', '2026-11-23T11:00:00Z'],
  ['5/20 * * * *', '2026-11-23T10:26:00Z', '2026-11-23T10:45:00Z'],
  ['10-20/5,40 * * * *', '2026-11-23T10:20:00Z', '2026-11-23T10:40:00Z'],
  ['30 4 * * *', '2026-11-23T10:00:00Z', '2026-11-24T04:30:00Z'],
  ['0 0 1 1 *', '2026-11-23T10:00:00Z', '2027-01-01T00:00:00Z'],
  ['0 0 29 2 *', '2026-11-23T10:00:00Z', '2028-02-29T00:00:00Z'],
  ['0 0 30 2 *', '2026-11-23T10:00:00Z', undefined],
  [', * * * *', '2026-11-23T10:00:00Z', undefined],
  ['0 0 31 * *', '2026-11-30T10:00:00Z', '2026-12-31T00:00:00Z'],
  // 2026-11-23 is a Monday.
  ['0 9 * * mon-fri', '2026-11-27T09:00:00Z', '2026-11-30T09:00:00Z'],
  ['0 0 * * 0', '2026-11-23T00:00:00Z', '2026-11-29T00:00:00Z'],
  // Both fields for days choose: one is enough. One of them leaves it open: the other decides.
  ['0 0 13 * fri', '2026-11-23T00:00:00Z', '2026-11-27T00:00:00Z'],
  ['0 0 13 * fri', '2026-12-12T00:00:00Z', '2026-12-13T00:00:00Z'],
  ['0 0 13 * ?', '2026-11-23T00:00:00Z', '2026-12-13T00:00:00Z'],
  // A step over all days chooses days.
  ['0 0 */10 * fri', '2026-11-23T00:00:00Z', '2026-11-27T00:00:00Z'],
  ['@hourly', '2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z'],
  ['@weekly', '2026-11-23T10:00:00Z', '2026-11-29T00:00:00Z'],
  ['@every 1h30m', '2026-11-23T10:00:00.700Z', '2026-11-23T11:30:00Z'],
  ['@every 100ms', '2026-11-23T10:00:00Z', '2026-11-23T10:00:01Z'],
  // Zones.
  ['0 3 * * *', '2026-11-23T10:00:00Z', '2026-11-24T02:00:00Z', 'Europe/Berlin'],
  ['TZ=Asia/Shanghai 0 3 * * *', '2026-11-23T10:00:00Z', '2026-11-23T19:00:00Z', 'Europe/Berlin'],
  ['30 9 * * *', '2026-11-23T10:00:00Z', '2026-11-24T04:00:00Z', 'Asia/Kolkata'],
  ['0 0 1 * *', '2026-11-30T22:59:00Z', '2026-11-30T23:00:00Z', 'Europe/Berlin'],
  // Berlin, 2026-03-29: after 01:59 comes 03:00.
  ['30 2 * * *', '2026-03-28T02:00:00Z', '2026-03-30T00:30:00Z', 'Europe/Berlin'],
  ['30 * * * *', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', 'Europe/Berlin'],
  ['0 3 * * *', '2026-03-28T03:00:00Z', '2026-03-29T01:00:00Z', 'Europe/Berlin'],
  ['0 0 30 3 *', '2026-03-28T03:00:00Z', '2026-03-29T22:00:00Z', 'Europe/Berlin'],
  // Berlin, 2026-10-25: after 02:59 comes 02:00 once more.
  ['30 2 * * *', '2026-10-24T10:00:00Z', '2026-10-25T00:30:00Z', 'Europe/Berlin'],
  ['30 2 * * *', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', 'Europe/Berlin'],
  ['30 2 * * *', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z', 'Europe/Berlin'],
  // Beirut, 2026-03-29: the day begins at 01:00.
  ['0 0 29 * *', '2026-03-28T10:00:00Z', '2026-04-28T21:00:00Z', 'Asia/Beirut'],
  ['0 1 29 * *', '2026-03-28T10:00:00Z', '2026-03-28T22:00:00Z', 'Asia/Beirut'],
  // Havana, 2026-11-01: after 00:59 comes 00:00 once more.
  ['0 0 1 * *', '2026-10-31T10:00:00Z', '2026-11-01T04:00:00Z', 'America/Havana'],
  ['0 0 1 * *', '2026-11-01T04:00:00Z', '2026-11-01T05:00:00Z', 'America/Havana'],
  // Lord Howe's clocks are set by half an hour: 2026-10-04, after 01:59 comes 02:30.
  ['15 2 * * *', '2026-10-03T00:00:00Z', '2026-10-04T15:15:00Z', 'Australia/Lord_Howe'],
]

describe('the next time of', () => {
  for (const [text, after, at, zone] of cases) {
    test(`${text} after ${after}${zone ? ` in ${zone}` : ''}`, () => equal(next(text, after, zone), at))
  }
})

test('the next time is the first minute whose local time fits, whatever the schedule and the zone', () => {
  const range = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      range(min, max).map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 1, max: 12 }).map((step) => `*/${step}`),
    )
  const schedules = fc.tuple(field(0, 59), field(0, 23), field(1, 31), fc.constant('*'), field(0, 6))
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kolkata')
  const times = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) })
  fc.assert(
    fc.property(schedules, zones, times, (fields, timeZone, after) => {
      const schedule = scheduleOf(fields.join(' '))
      const at = nextTime(schedule, after as Instant, timeZone)
      const format = new Intl.DateTimeFormat('en-GB', {
        timeZone,
        hourCycle: 'h23',
        dateStyle: 'full',
        timeStyle: 'short',
      })
      const fits = (instant: number) => {
        const [weekday = '', day = '', , , hour = '', minute = ''] = format.format(instant).split(/,? (?:at )?|:/)
        const [minutes, hours, days, , weekdays] = schedule.by === 'fields' ? schedule.fields : []
        if (!minutes || !hours || !days || !weekdays) return false
        const byDay = days.values.has(Number(day))
        const byWeekday = weekdays.values.has(WEEKDAYS.indexOf(weekday))
        const isDay = days.isAny || weekdays.isAny ? byDay && byWeekday : byDay || byWeekday
        return isDay && hours.values.has(Number(hour)) && minutes.values.has(Number(minute))
      }
      ok(at !== undefined && at > after && at % 60_000 === 0 && fits(at), `${at}`)
      const first = Math.floor(after / 60_000) * 60_000 + 60_000
      // A day of minutes before it will do: whatever is skipped is skipped by hours or by days.
      for (let before = Math.max(first, at - 1440 * 60_000); before < at; before += 60_000) {
        ok(!fits(before), `${new Date(before).toISOString()} fits, and comes before ${new Date(at).toISOString()}`)
      }
    }),
    { numRuns: 60 },
  )
})

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
