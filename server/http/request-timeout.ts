/** How long a client is willing to wait, where it says so in the address: it must say it as Go writes a duration. */
import { goQuote } from '@muster/api/go-text.ts'
import { parseGoDuration } from '@muster/api/schema/formats/time.ts'
import { badRequest } from '@muster/api/status.ts'

/**
 * Throws BadRequest for a `timeout` that is no duration. One that is holds for the client alone: nothing is answered any
 * sooner for it. Source: apiserver pkg/endpoints/filters/request_deadline.go; Go time.ParseDuration.
 */
export function checkTimeout(timeout: string | null): void {
  if (timeout === null || timeout === '' || parseGoDuration(timeout) !== undefined) return
  throw badRequest(`invalid timeout specified in the request URL - ${whyNoDuration(timeout)}`)
}

function whyNoDuration(text: string): string {
  const [, number, unit] = /^[-+]?(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(text) ?? []
  if (number === undefined) return `time: invalid duration ${goQuote(text)}`
  if (unit === '') return `time: missing unit in duration ${goQuote(text)}`
  if (parseGoDuration(`1${unit}`) !== undefined) return `time: invalid duration ${goQuote(text)}`
  return `time: unknown unit ${goQuote(unit ?? '')} in duration ${goQuote(text)}`
}
