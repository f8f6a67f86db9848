/** What the commands about the past share. */

import type { Clock } from '@muster/base/clock.ts'
import { stringify } from 'yaml'
import type { Terminal } from '../terminal/terminal.ts'
import type { Kubectl } from './kubectl.ts'

/** How to ask, and how to answer. */
export interface PastContext {
  readonly terminal: Terminal
  readonly kubectl: Kubectl
  readonly clock: Clock
  readonly output: 'text' | 'json' | 'yaml'
}

/** Prints an answer as it came, when that was asked for. False when it is to be written for people. */
export function printPlain({ terminal, output }: PastContext, answer: unknown): boolean {
  if (output === 'text') return false
  if (output === 'json') terminal.data.line(JSON.stringify(answer, null, 2))
  else terminal.data.line(stringify(answer, { lineWidth: 0 }).trimEnd())
  return true
}

/** A query that holds what is given. */
export function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') search.set(name, value)
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
