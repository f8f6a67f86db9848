/** `kubectl muster diff`: what differs between two versions of an object. Exits as diff does: 0 same, 1 different. */
import type { FieldChange } from '@muster/api/history/changes.ts'
import type { ObjectDifference, ObjectHistory } from '@muster/api/history/types.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { type PastContext, printPlain, query } from './context.ts'
import type { Target } from './target.ts'
import { BOOKKEEPING, hidingSecrets, value } from './words.ts'

/** Which two: revisions, or a time against now. The last change when nothing is said. */
export interface DiffAsked {
  readonly from?: string
  readonly to?: string
  readonly asOf?: string
}

/** Prints the difference. */
export async function diff(context: PastContext, target: Target, { asOf, ...asked }: DiffAsked): Promise<ExitCode> {
  const { terminal, kubectl } = context
  const from = asOf === undefined ? asked.from : await revisionAsOf(context, target, asOf)
  const asks = query({ from, to: asked.to ?? (from === undefined ? await newest(context, target) : undefined) })
  // The server has answered with a difference, whose form is its own.
  const answer = (await kubectl.get(`${target.path}/history${asks}`)) as ObjectDifference
  const exit = answer.fields.length > 0 ? EXIT.error : EXIT.ok
  if (printPlain(context, answer)) return exit
  if (answer.fields.length === 0) {
    terminal.notes.line(terminal.say(text('no difference', '没有差异')))
    return exit
  }
  terminal.data.line(terminal.data.colors.bold(`--- ${target.said} @${answer.from}`))
  terminal.data.line(terminal.data.colors.bold(`+++ ${target.said} @${answer.to}`))
  printChanges(context, answer, hidingSecrets(target.type.plural))
  return exit
}

/** Removed and added lines, a field each. */
export function printChanges(
  { terminal }: Pick<PastContext, 'terminal'>,
  { fields, moreFields = 0 }: Pick<ObjectDifference, 'fields' | 'moreFields'>,
  shown: (change: FieldChange) => FieldChange,
): void {
  const { data } = terminal
  for (const change of fields.filter(({ field }) => !BOOKKEEPING.has(field))) {
    const { field, from, to } = shown(change)
    if (from !== undefined) data.line(data.colors.red(`- ${visible(field)}: ${value(from, VALUE_MAX)}`))
    if (to !== undefined) data.line(data.colors.green(`+ ${visible(field)}: ${value(to, VALUE_MAX)}`))
  }
  if (moreFields > 0) data.line(data.colors.dim(`… and ${moreFields} more fields`))
}
const VALUE_MAX = 2_000

async function newest({ kubectl }: PastContext, { path }: Target): Promise<string | undefined> {
  const { versions } = (await kubectl.get(`${path}/history?limit=1`)) as ObjectHistory
  return versions[0]?.revision
}

/** The revision of the object as it was; `0` when it was not there. */
async function revisionAsOf({ kubectl }: PastContext, { path }: Target, asOf: string): Promise<string> {
  const { metadata } = (await kubectl.get(`${path}${query({ asOf })}`)) as { metadata: { resourceVersion: string } }
  return metadata.resourceVersion
}
