/** Times as texts. Source: kube-openapi pkg/validation/strfmt date.go, time.go, duration.go; Go time.ParseDuration. */

/** `2006-01-02`, a day that there is. */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  return year !== undefined && isDay(Number(year), Number(month), Number(day))
}

/** `2006-01-02T15:04:05.000Z`, with an offset instead of the Z if one likes; no leap seconds. */
export function isDateTime(text: string): boolean {
  const [date = '', clock] = text.toLowerCase().split('t')
  const [, hour, minute, second] = CLOCK.exec(clock ?? '') ?? []
  if (hour === undefined || minute === undefined || second === undefined) return false
  return isDate(date) && hour <= '23' && minute <= '59' && second <= '59'
}

/** `1h30m` as Go writes it, or anything in which a number stands before a unit, such as `22 days`. */
export function isDuration(text: string): boolean {
  if (parseGoDuration(text) !== undefined) return true
  const counted = [...text.matchAll(/(\d+)[\t\n\f\r ]*([A-Za-zµ]+)/g)]
  if (counted.some(([, count]) => BigInt(count ?? 0) > INT64_MAX)) return false
  return counted.some(([, , unit = '']) => UNITS.test(unit))
}

/**
 * Nanoseconds of a duration as Go writes it, which a day, being no fixed length, is not part of; undefined for anything
 * else, and for what int64 cannot hold.
 */
export function parseGoDuration(text: string): bigint | undefined {
  const [, sign, rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? []
  if (rest === '0') return 0n
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined
  let sum = 0n
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(/(\d*)\.?(\d*)([a-zµμ]+)/g)) {
    const nanoseconds = NANOSECONDS[unit] ?? 0n
    sum += BigInt(whole || 0) * nanoseconds
    sum += (BigInt(fraction || 0) * nanoseconds) / 10n ** BigInt(fraction.length)
  }
  const isNegative = sign === '-'
  if (sum > INT64_MAX + (isNegative ? 1n : 0n)) return undefined
  return isNegative ? -sum : sum
}

const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()

const CLOCK = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/

const INT64_MAX = 2n ** 63n - 1n

/** Whole words, or the beginning of the longest one: `d`, `day`, `days`, `daily`. */
const UNITS = /^(?:ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
