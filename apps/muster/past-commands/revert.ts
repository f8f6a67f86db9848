/** `kubectl muster revert`: makes an object what it was. Without --yes it only shows what would change. */
import { fieldChanges } from '@muster/api/history/changes.ts'
import { HISTORY_API_VERSION, type Revert } from '@muster/api/history/types.ts'
import { hasCode } from '@muster/base/errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { type PastContext, printPlain } from './context.ts'
import { printChanges } from './diff.ts'
import type { Target } from './target.ts'
import { BOOKKEEPING, hidingSecrets, inCommand } from './words.ts'

/** To what, why, and whether it is to be done. */
export interface RevertAsked {
  readonly to?: string
  readonly asOf?: string
  readonly reason?: string
  readonly yes: boolean
}

/** Reverts, or shows what that would do. */
export async function revert(context: PastContext, target: Target, asked: RevertAsked): Promise<ExitCode> {
  const { terminal, kubectl } = context
  const { to, asOf, reason, yes } = asked
  const review: Revert = {
    kind: 'Revert',
    apiVersion: HISTORY_API_VERSION,
    spec: {
      ...(to === undefined ? {} : { revision: to }),
      ...(asOf === undefined ? {} : { asOf }),
      ...(reason === undefined ? {} : { reason }),
    },
  }
  const before = await kubectl.get(target.path).catch((error) => {
    if (!hasCode(error, 'NotFound')) throw error
    return undefined
  })
  const after = await kubectl.post(`${target.path}/revert${yes ? '' : '?dryRun=All'}`, review)
  if (printPlain(context, after)) return EXIT.ok
  const fields = fieldChanges(before, after).filter(({ field }) => !BOOKKEEPING.has(field))
  printChanges(context, { fields: before === undefined ? [] : fields }, hidingSecrets(target.type.plural))
  const what = before === undefined ? text('comes back', '恢复') : text('is reverted', '已回退')
  if (yes) {
    terminal.notes.line(`${target.said} ${terminal.say(what)}`)
    return EXIT.ok
  }
  if (before !== undefined && fields.length === 0) {
    terminal.notes.line(terminal.say(text('it is like that already: nothing would change', '已经如此：不会有任何变化')))
    return EXIT.ok
  }
  const back =
    before === undefined
      ? text('it would come back as it was', '它会恢复原样')
      : text('this would change', '将会这样改变')
  const flag = to === undefined ? `--as-of ${asOf}` : `--to ${to}`
  terminal.notes.line(
    `${terminal.say(back)}; ${terminal.say(text('do it with', '执行：'))} kubectl muster revert ${inCommand(target)} ${flag} --yes`,
  )
  return EXIT.ok
}
