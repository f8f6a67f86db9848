/**
 * When a schedule comes due next, in a time zone. Pure: the rules of time zones are those that Node was built with.
 *
 * Clocks that are set forward skip what falls into the hour that there is not; clocks that are set back have what falls
 * into the hour that comes twice run twice. Source: github.com/robfig/cron/v3 spec.go and constantdelay.go, seen from
 * outside: it goes through fields of local time from the largest, as this does.
 */
import type { Field, Schedule } from '@muster/api/builtin/batch/schedule.ts'
import { zoneOffset } from '@muster/api/time-zone.ts'
import { type Instant, instant } from '@muster/base/clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A time that does not come within so many years never comes: the 30th of February. */
const YEARS_MAX = 5

/** The first time after another; undefined when there is none. `zone` is UTC when neither it nor the schedule names one. */
export function nextTime(schedule: Schedule, after: Instant, zone = 'UTC'): Instant | undefined {
  if (schedule.by === 'length') return (Math.floor(after / 1000) * 1000 + schedule.length) as Instant
  const local = localTime(schedule.zone ?? zone)
  const [minute, hour, day, month, weekday] = schedule.fields
  if (schedule.fields.some(({ values }) => values.size === 0)) return undefined
  let at = Math.floor(after / MINUTE) * MINUTE + MINUTE
  const last = local.of(at).year + YEARS_MAX
  for (;;) {
    const time = local.of(at)
    if (time.year > last) return undefined
    if (!month.values.has(time.month)) at = local.startOf(time.year, time.month + 1, 1)
    else if (!isOnDay(day, weekday, time)) at = local.startOf(time.year, time.month, time.day + 1)
    else if (!hour.values.has(time.hour)) at += HOUR - time.minute * MINUTE
    else if (!minute.values.has(time.minute)) at += MINUTE
    else return at as Instant
  }
}

/** Two fields choose days. Where either leaves it open both must agree; where both choose, one is enough. */
function isOnDay(day: Field, weekday: Field, time: LocalTime): boolean {
  const [byDay, byWeekday] = [day.values.has(time.day), weekday.values.has(time.weekday)]
  return day.isAny || weekday.isAny ? byDay && byWeekday : byDay || byWeekday
}

interface LocalTime {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** From Sunday, which is 0. */
  readonly weekday: number
}

/** Local time of a zone. */
interface Local {
  of(at: number): LocalTime
  /** The first instant of a day; days and months beyond their ends are those that follow. */
  startOf(year: number, month: number, day: number): number
}

const localTime = (zone: string): Local => {
  const offsetAt = (at: number): number => zoneOffset(zone === 'Local' ? '' : zone, instant(at)) ?? 0
  return {
    of(at) {
      const shown = new Date(at + offsetAt(at))
      return {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
        weekday: shown.getUTCDay(),
      }
    },
    startOf(year, month, day) {
      const midnight = Date.UTC(year, month - 1, day)
      const [before, after] = [offsetAt(midnight - DAY), offsetAt(midnight + DAY)]
      // A midnight that comes twice begins with the first; one that there is not, where the clock was set forward.
      const there = [midnight - before, midnight - after].filter((at) => at + offsetAt(at) === midnight)
      return there.length > 0 ? Math.min(...there) : midnight - before
    },
  }
}
