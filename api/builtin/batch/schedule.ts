/** When a CronJob runs, as text. Source: github.com/robfig/cron/v3 parser.go; the five fields of cron. */
import { parseGoDuration } from '../../schema/formats/time.ts'
import { isZone } from '../../time-zone.ts'

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
]
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const NONE: Field = { values: new Set(), isAny: false }
const EVERY = '@every '

/** When something runs. */
export type Schedule = {
  /** That the text names; it comes before every other. */
  readonly zone?: string
} & (
  | {
      readonly by: 'fields'
      /** Minute, hour, day of the month, month from 1, day of the week from Sunday as 0. */
      readonly fields: readonly [minute: Field, hour: Field, day: Field, month: Field, weekday: Field]
    }
  /** In milliseconds, whole seconds. */
  | { readonly by: 'length'; readonly length: number }
)

/** What one field chooses. */
export interface Field {
  readonly values: ReadonlySet<number>
  /** It was written as `*` or `?`: of the two fields for days such a one leaves the choice to the other. */
  readonly isAny: boolean
}

/** A schedule, or why a text is none: the first thing that is wrong. */
export function readSchedule(text: string): { readonly schedule: Schedule } | { readonly why: string } {
  if (text === '') return { why: 'empty spec string' }
  const [zone, rest] = splitZone(text)
  if (zone !== undefined) {
    const why = whyNoTimeZone(zone)
    if (why) return { why: `provided bad location ${zone}: ${why}` }
  }
  const within = zone === undefined ? {} : { zone }
  if (rest.startsWith(EVERY)) {
    const length = rest.slice(EVERY.length)
    const nanoseconds = parseGoDuration(length)
    if (nanoseconds === undefined) {
      return { why: `failed to parse duration ${rest}: time: invalid duration ${JSON.stringify(length)}` }
    }
    const whole = Number(nanoseconds / 1_000_000_000n)
    return { schedule: { ...within, by: 'length', length: Math.max(1, whole) * 1000 } }
  }
  const written = rest.startsWith('@') ? DESCRIPTORS[rest] : rest
  if (written === undefined) return { why: `unrecognized descriptor: ${rest}` }
  const words = written.split(/\s+/).filter(Boolean)
  if (words.length !== FIELDS.length) {
    return { why: `expected exactly ${FIELDS.length} fields, found ${words.length}: [${words.join(' ')}]` }
  }
  const fields: Field[] = []
  for (const [at, bounds] of FIELDS.entries()) {
    const field = readField(words[at] ?? '', bounds)
    if (typeof field === 'string') return { why: field }
    fields.push(field)
  }
  const [minute = NONE, hour = NONE, day = NONE, month = NONE, weekday = NONE] = fields
  return { schedule: { ...within, by: 'fields', fields: [minute, hour, day, month, weekday] } }
}

/** Why a text is no schedule; undefined when it is one. */
export function whyNoSchedule(text: string): string | undefined {
  const read = readSchedule(text)
  return 'why' in read ? read.why : undefined
}

/** `TZ=Europe/Paris 0 0 * * *` */
function splitZone(text: string): readonly [zone: string | undefined, rest: string] {
  const [whole, zone] = /^(?:CRON_)?TZ=(\S*)\s/.exec(text) ?? []
  return whole === undefined ? [undefined, text] : [zone, text.slice(whole.length).trim()]
}

/** Why a text names no time zone of the database of time zones; undefined when it does. */
export function whyNoTimeZone(zone: string): string | undefined {
  return zone === 'Local' || isZone(zone) ? undefined : `unknown time zone ${zone}`
}

/** Several ranges: `5,10-20/2`. Or why it is none. */
function readField(text: string, bounds: Bounds): Field | string {
  const values = new Set<number>()
  let isAny = false
  for (const range of text.split(',').filter(Boolean)) {
    const read = readRange(range, bounds)
    if (typeof read === 'string') return read
    for (let value = read.start; value <= read.end; value += read.every) values.add(value)
    isAny ||= read.isAny
  }
  return { values, isAny }
}

interface Range {
  readonly start: number
  readonly end: number
  readonly every: number
  readonly isAny: boolean
}

/** `*`, `5`, `1-5`, `mon-fri`, each with a step: `*\/15`. Or why it is none. */
function readRange(text: string, { min, max, names }: Bounds): Range | string {
  const [range = '', step, ...steps] = text.split('/')
  const [low = '', high, ...highs] = range.split('-')
  const isAny = low === '*' || low === '?'
  const start = isAny ? min : readNumber(low, names)
  if (typeof start === 'string') return start
  if (!isAny && highs.length > 0) return `too many hyphens: ${text}`
  const said = isAny ? max : high === undefined ? start : readNumber(high, names)
  if (typeof said === 'string') return said
  if (steps.length > 0) return `too many slashes: ${text}`
  const every = step === undefined ? 1 : readNumber(step, [])
  if (typeof every === 'string') return every
  const end = step !== undefined && high === undefined ? max : said
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${text}`
  if (end > max) return `end of range (${end}) above maximum (${max}): ${text}`
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`
  if (every === 0) return `step of range should be a positive number: ${text}`
  return { start, end, every, isAny: isAny && every === 1 }
}

/** A number, or why it is none. */
function readNumber(text: string, names: readonly string[]): number | string {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase())
  if (named >= 0) return named
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
  }
  const number = Number(text)
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number
}
