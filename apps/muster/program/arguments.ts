/** Words of the command line as numbers; a word that is none is told by commander, naming the flag. */
import type { Revision } from '@muster/store/store.ts'
import { InvalidArgumentError } from 'commander'
import { isRevision } from '../store-api/fields.ts'

/** A revision: a whole number. */
export function revisionArgument(word: string): Revision {
  const number = wholeArgument(word)
  if (isRevision(number)) return number
  throw new InvalidArgumentError('wanted a revision, such as 42')
}

/** A whole number, zero included. */
export function wholeArgument(word: string): number {
  if (/^\d{1,15}$/.test(word)) return Number(word)
  throw new InvalidArgumentError('wanted a whole number')
}

/** A whole number from 1 to 100. */
export function countArgument(word: string): number {
  const count = wholeArgument(word)
  if (count >= 1 && count <= 100) return count
  throw new InvalidArgumentError('wanted a number from 1 to 100')
}

/** A length of time above zero, in seconds: `10`, `10s`, `1.5m` or `2h`. */
export function secondsArgument(word: string): number {
  const [, count = '0', unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(word) ?? []
  const seconds = Number(count) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1)
  if (seconds > 0) return seconds
  throw new InvalidArgumentError('wanted a length of time, such as 10s or 5m')
}

/** A TCP port, or 0 for a free one. */
export function portArgument(word: string): number {
  const port = wholeArgument(word)
  if (port <= 65_535) return port
  throw new InvalidArgumentError('wanted a port from 0 to 65535')
}

/** How many requests are answered at a time: at least so many that every priority level has one. */
export function seatsArgument(word: string): number {
  const seats = wholeArgument(word)
  if (seats >= SEATS_MIN && seats <= SEATS_MAX) return seats
  throw new InvalidArgumentError(`wanted a number from ${SEATS_MIN} to ${SEATS_MAX}`)
}

const SEATS_MIN = 8
const SEATS_MAX = 100_000
