/** How far the time zones of the world are from UTC, by the database that comes with the machine. Source: IANA tzdb. */
import { type Duration, type Instant, instant, milliseconds } from '@muster/base/clock.ts'

/**
 * What the clocks of a zone are ahead of UTC at a moment; negative to the west. Undefined for a zone that is none. A name
 * is one of the database, such as `Europe/Berlin`; an empty one is UTC.
 */
export function zoneOffset(zone: string, at: Instant): Duration | undefined {
  if (zone === '' || zone === 'UTC') return milliseconds(0)
  const shown = calendarOf(zone)?.formatToParts(at)
  if (!shown) return undefined
  const part = (type: string) => Number(shown.find((one) => one.type === type)?.value ?? 0)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return milliseconds(local - Math.floor(at / 1000) * 1000)
}

/** True for the name of a zone; offsets such as `+01:00` are none. */
export const isZone = (zone: string): boolean => zoneOffset(zone, EPOCH) !== undefined

const EPOCH = instant(0)

const SHOWN = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

const makeCalendar = (timeZone: string) => new Intl.DateTimeFormat('en-US', { timeZone, ...SHOWN })

/** To make a calendar takes some 25 times as long as to read it (70 and 3 microseconds). */
const calendars = new Map<string, ReturnType<typeof makeCalendar>>()

/** The database has some 600 names; they may be written in upper and lower case. */
const CALENDARS_MAX = 1000

function calendarOf(zone: string) {
  const known = calendars.get(zone)
  if (known) return known
  // Offsets are times to a calendar, and no names.
  if (/^[+-]/.test(zone)) return undefined
  try {
    const calendar = makeCalendar(zone)
    if (calendars.size >= CALENDARS_MAX) calendars.clear()
    calendars.set(zone, calendar)
    return calendar
  } catch {
    return undefined
  }
}
