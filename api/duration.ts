/** How long something took, in the few letters that tables have room for. Source: apimachinery pkg/util/duration. */

const SECOND = 1000
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/** `3s`, `4m20s`, `5h`, `2d3h`, `8y`: two units while the first is small. Milliseconds; `<invalid>` before -1 s. */
export function humanDuration(length: number): string {
  const seconds = Math.trunc(length / SECOND)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * MINUTE) return `${seconds}s`
  if (seconds < 10 * MINUTE) return two(seconds, MINUTE, 'm', 1, 's')
  if (seconds < 3 * HOUR) return `${whole(seconds, MINUTE)}m`
  if (seconds < 8 * HOUR) return two(seconds, HOUR, 'h', MINUTE, 'm')
  if (seconds < 2 * DAY) return `${whole(seconds, HOUR)}h`
  if (seconds < 8 * DAY) return two(seconds, DAY, 'd', HOUR, 'h')
  if (seconds < 2 * YEAR) return `${whole(seconds, DAY)}d`
  if (seconds < 8 * YEAR) return two(seconds, YEAR, 'y', DAY, 'd')
  return `${whole(seconds, YEAR)}y`
}

const whole = (seconds: number, unit: number): number => Math.floor(seconds / unit)

function two(seconds: number, unit: number, name: string, below: number, belowName: string): string {
  const rest = whole(seconds % unit, below)
  return rest === 0 ? `${whole(seconds, unit)}${name}` : `${whole(seconds, unit)}${name}${rest}${belowName}`
}
