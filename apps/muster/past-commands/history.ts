/** `kubectl muster history`: the versions of an object, newest first. */
import type { ObjectHistory, ObjectVersion } from '@muster/api/history/types.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { visible } from '../terminal/width.ts'
import { type PastContext, printPlain, query } from './context.ts'
import type { Target } from './target.ts'
import { changeLines, hidingSecrets, inCommand, surety, when, writer } from './words.ts'

/** Prints a page of versions. */
export async function history(
  context: PastContext,
  target: Target,
  asked: { readonly limit?: string; readonly before?: string },
): Promise<ExitCode> {
  const { terminal, kubectl } = context
  const asks = query({ limit: asked.limit, continue: asked.before && String(Number(asked.before) - 1) })
  // The server has answered with a history, whose form is its own.
  const answer = (await kubectl.get(`${target.path}/history${asks}`)) as ObjectHistory
  if (printPlain(context, answer)) return EXIT.ok
  for (const version of answer.versions)
    for (const line of versionLines(context, target, version)) terminal.data.line(line)
  if (answer.metadata.continue) {
    const oldest = answer.versions.at(-1)?.revision
    terminal.notes.line(`older versions: kubectl muster history ${inCommand(target)} --before ${oldest}`)
  }
  return EXIT.ok
}

/** One version: a head line, and what it changed. */
export function versionLines({ terminal, clock }: PastContext, target: Target, version: ObjectVersion): string[] {
  const { colors } = terminal.data
  const { by, change, revision, time } = version
  const tint = change === 'deleted' ? colors.red : change === 'created' ? colors.green : colors.cyan
  const head = `${colors.bold(revision)}  ${tint(change)}  ${when(time, clock.now())}  by ${writer(by)}`
  const because = by.because
    ? `  (because of ${by.because.resource}/${visible(by.because.name)} @${by.because.revision})`
    : ''
  const body = [
    `${visible(by.reason)}${surety(by, colors)}${colors.dim(because)}`,
    ...(version.gapBefore ? [colors.yellow('versions before this one are no longer kept')] : []),
    ...(version.erased ? [colors.yellow('what it said was erased')] : []),
    ...changeLines(version, colors, terminal.glyphs.arrow, hidingSecrets(target.type.plural)),
  ]
  return [head, ...body.map((line) => `    ${line}`)]
}
