/** Values that are a number or a text: `1`, `"25%"`, `"http"`. Source: apimachinery pkg/util/intstr. */
import { goQuote } from './go-text.ts'
import { badRequest } from './status.ts'

/** A whole number, or a text: the name of a port, a percentage. */
export type IntOrString = number | string

/** The whole number before the `%`; undefined for anything else. */
export function percentOf(value: IntOrString): number | undefined {
  const [, percent] = (typeof value === 'string' && /^([+-]?\d+)%$/.exec(value)) || []
  return percent === undefined ? undefined : Number(percent)
}

/**
 * How many of a total: a number as it is, a percentage of the total. Rounded up where at least so many are wanted, down
 * where at most. Throws BadRequest for a text that is no percentage.
 */
export function scaleIntOrPercent(value: IntOrString, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const percent = percentOf(value)
  if (percent === undefined) {
    const number = goQuote(value.slice(0, -1))
    const why = value.endsWith('%')
      ? `invalid value ${goQuote(value)}: strconv.Atoi: parsing ${number}: invalid syntax`
      : 'invalid type: string is not a percentage'
    throw badRequest(`invalid value for IntOrString: ${why}`)
  }
  const share = (percent * total) / 100
  // Rounding up what is little below zero makes -0, which is no number of anything.
  return (round === 'up' ? Math.ceil(share) : Math.floor(share)) || 0
}

/** The number, or the text that says one; 0 for any other text. */
export const intValueOf = (value: IntOrString): number =>
  typeof value === 'number' ? value : /^[+-]?\d+$/.test(value) ? Number(value) : 0
