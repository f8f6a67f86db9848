/** How the past is written for people: times, writers, changes. What others wrote is printed with its control characters visible. */

import { humanDuration } from '@muster/api/duration.ts'
import type { FieldChange } from '@muster/api/history/changes.ts'
import type { ObjectVersion, WriteAccount } from '@muster/api/history/types.ts'
import type { Channel } from '../terminal/terminal.ts'
import { visible } from '../terminal/width.ts'
import type { Target } from './target.ts'

type Colors = Channel['colors']

/** `5m ago (2026-11-23T03:10:22Z)`. */
export const when = (time: string, now: number): string =>
  `${humanDuration(Math.max(0, now - Date.parse(time)))} ago (${time.replace(/\.\d+Z$/, 'Z')})`

/** `ada with kubectl/v1.36.1`; what only the writer says of the cause is marked. */
export function writer({ user, client }: WriteAccount): string {
  const program = client?.split(' ')[0]
  return program ? `${visible(user)} with ${visible(program)}` : visible(user)
}

/** How sure what is told of a writer is, where it is not known. */
export const surety = ({ claimed, inferred }: WriteAccount, colors: Colors): string =>
  claimed ? colors.yellow(' (claimed)') : inferred ? colors.dim(' (inferred)') : ''

/** Changes of one version, a line each: `.spec.replicas  1 → 3`. */
export function changeLines(
  { fields = [], moreFields = 0 }: Pick<ObjectVersion, 'fields' | 'moreFields'>,
  colors: Colors,
  arrow: string,
  shown: (change: FieldChange) => FieldChange = (change) => change,
): string[] {
  const told = fields.filter(({ field }) => !BOOKKEEPING.has(field))
  const lines = told.slice(0, LINES_MAX).map((change) => {
    const { field, from, to } = shown(change)
    const old = from === undefined ? '' : colors.red(value(from))
    const next = to === undefined ? colors.dim('(removed)') : colors.green(value(to))
    return `${visible(field)}  ${from === undefined ? colors.green(`+ ${value(to)}`) : `${old} ${arrow} ${next}`}`
  })
  const more = moreFields + Math.max(0, told.length - LINES_MAX)
  return more > 0 ? [...lines, colors.dim(`… and ${more} more fields (-o json shows them)`)] : lines
}

/** Changes of one version that are printed: more would bury the next version. */
const LINES_MAX = 12

/** What every write changes, and nobody asks about. */
export const BOOKKEEPING: ReadonlySet<string> = new Set(['.metadata.generation'])

/** As JSON on one line, not without end: the whole is in `-o json`. */
export function value(of: unknown, lengthMax = 160): string {
  const text = visible(typeof of === 'string' && !/[\n\s"]/.test(of) && of !== '' ? of : JSON.stringify(of))
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text
}

/** The object in a command: `deployments/web -n shop`. */
export const inCommand = ({ said, namespace }: Target): string => (namespace === '' ? said : `${said} -n ${namespace}`)

/** Values of Secrets are not printed to terminals, which scroll, are shared and recorded. `-o json` has them. */
export const hidingSecrets =
  (plural: string) =>
  (change: FieldChange): FieldChange => {
    if (plural !== 'secrets' || !/^\.(data|stringData)\b/.test(change.field)) return change
    return {
      field: change.field,
      ...('from' in change ? { from: '(hidden)' } : {}),
      ...('to' in change ? { to: '(hidden)' } : {}),
    }
  }
