/** The parameters of a query: typed, and refused by name. */
import { ControlError } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'
import { isRevision } from '../store-api/fields.ts'

/** The parameters that a route knows. Each reader answers undefined when the parameter is absent. */
export interface Query {
  text(name: string): string | undefined
  /** Throws Invalid when it is absent. */
  need(name: string): string
  revision(name: string): Revision | undefined
  count(name: string, min: number, max: number): number | undefined
}

/** Reads a query; throws Invalid for a parameter that is not in `known`, or is given twice. */
export function queryOf(parameters: URLSearchParams, ...known: readonly string[]): Query {
  for (const name of parameters.keys()) {
    if (!known.includes(name)) refuse(name, `there is no such parameter; there are ${known.join(', ') || 'none'}`)
    if (parameters.getAll(name).length > 1) refuse(name, 'is given twice')
  }
  const text = (name: string) => parameters.get(name) ?? undefined
  const whole = (name: string) => {
    const digits = text(name)
    if (digits === undefined) return undefined
    const number = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN
    return Number.isSafeInteger(number) ? number : refuse(name, `wanted a whole number, found "${digits}"`)
  }
  return {
    text,
    need: (name) => text(name) ?? refuse(name, 'is missing'),
    revision(name) {
      const number = whole(name)
      return number === undefined || isRevision(number) ? number : refuse(name, `${number} is no revision`)
    },
    count(name, min, max) {
      const number = whole(name)
      return number === undefined || (number >= min && number <= max)
        ? number
        : refuse(name, `wanted ${min} to ${max}, found ${number}`)
    },
  }
}

function refuse(name: string, why: string): never {
  throw new ControlError('Invalid', `query parameter ${name}: ${why}`)
}
