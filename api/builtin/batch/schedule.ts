/** When a CronJob runs, as text. Source: github.com/robfig/cron/v3 parser.go; the five fields of cron. */

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
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
const EVERY = '@every '

/** Why a text is no schedule; undefined when it is one. The first thing that is wrong is said. */
export function whyNoSchedule(text: string): string | undefined {
  if (text === '') return 'empty spec string'
  const [zone, rest] = splitZone(text)
  if (zone !== undefined) {
    const why = whyNoTimeZone(zone)
    if (why) return `provided bad location ${zone}: ${why}`
  }
  if (rest.startsWith('@')) return whyNoDescriptor(rest)
  const fields = rest.split(/\s+/).filter(Boolean)
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`
  }
  for (const [at, bounds] of FIELDS.entries()) {
    for (const range of (fields[at] ?? '').split(',').filter(Boolean)) {
      const why = whyNoRange(range, bounds)
      if (why) return why
    }
  }
  return undefined
}

/** `TZ=Europe/Paris 0 0 * * *` */
function splitZone(text: string): readonly [zone: string | undefined, rest: string] {
  const [whole, zone] = /^(?:CRON_)?TZ=(\S*)\s/.exec(text) ?? []
  return whole === undefined ? [undefined, text] : [zone, text.slice(whole.length).trim()]
}

/** Why a text names no time zone of the database of time zones; undefined when it does. */
export function whyNoTimeZone(zone: string): string | undefined {
  if (zone === '' || zone === 'UTC' || zone === 'Local') return undefined
  try {
    // Offsets are times to this function, and no names.
    if (/^[+-]/.test(zone)) return `unknown time zone ${zone}`
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return undefined
  } catch {
    return `unknown time zone ${zone}`
  }
}

function whyNoDescriptor(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined
  if (!text.startsWith(EVERY)) return `unrecognized descriptor: ${text}`
  const length = text.slice(EVERY.length)
  const isDuration = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(length)
  return isDuration ? undefined : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(length)}`
}

/** `*`, `5`, `1-5`, `mon-fri`, each with a step: `*\/15`. */
function whyNoRange(text: string, { min, max, names }: Bounds): string | undefined {
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
  return every === 0 ? `step of range should be a positive number: ${text}` : undefined
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
