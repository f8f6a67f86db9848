/** `kubectl muster erase`: makes what an object was unreadable for good. What is there, and who changed it when, stays. */
import type { ObjectHistory } from '@muster/api/history/types.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { type PastContext, printPlain } from './context.ts'
import type { Target } from './target.ts'
import { inCommand } from './words.ts'

/** Erases, or says what that would do. */
export async function erase(context: PastContext, target: Target, yes: boolean): Promise<ExitCode> {
  const { terminal, kubectl } = context
  if (!yes) {
    // The server has answered with a history, whose form is its own.
    const { versions } = (await kubectl.get(`${target.path}/history?limit=500`)) as ObjectHistory
    const past = versions.slice(versions[0]?.change === 'deleted' ? 0 : 1)
    const old = past.filter(({ change, erased }) => change !== 'deleted' && !erased).length
    const what = text(`${old} old versions would be erased, for good`, `将永久抹除 ${old} 个旧版本`)
    const how = terminal.say(text('do it with', '执行：'))
    terminal.notes.line(`${terminal.say(what)}; ${how} kubectl muster erase ${inCommand(target)} --yes`)
    return EXIT.ok
  }
  // The server has answered with a Status, whose form is Kubernetes' own.
  const status = (await kubectl.delete(`${target.path}/history`)) as { message: string }
  if (!printPlain(context, status)) terminal.notes.line(status.message)
  return EXIT.ok
}
