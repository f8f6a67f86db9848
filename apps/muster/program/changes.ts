/** The command line of `changes`, which is also `kubectl muster changes`. */
import type { Command } from 'commander'
import { text } from '../terminal/language.ts'
import { wholeArgument } from './arguments.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { type KubectlFlags, runAsking, withKubectlFlags } from './kubectl-flags.ts'

interface ChangesFlags extends KubectlFlags {
  readonly since: string
  readonly until?: string
  readonly in?: string
  readonly limit: number
}

/** Adds `changes`. */
export function addChanges(parent: Command, deps: ProgramDeps): void {
  const { terminal } = deps
  const { say } = terminal
  const command = parent
    .command('changes')
    .description(
      say(
        text(
          'what happened in some time: who did what, and what came of it',
          '某段时间内发生了什么：谁做了什么，以及由此产生的结果',
        ),
      ),
    )
  withKubectlFlags(command, terminal)
    .option('--since <time>', say(text('from this time, or so long ago', '起始时间，或多久以前')), '-1h')
    .option('--until <time>', say(text('to this time, or so long ago; now when absent', '截止时间；省略时为现在')))
    .option(
      '-C, --in <clusters>',
      say(text('clusters whose names fit, such as eu-*,us-1', '名称匹配的集群，如 eu-*,us-1')),
    )
    .option('--limit <count>', say(text('at most so many', '最多显示的项数')), wholeArgument, 30)
    .action((flags: ChangesFlags) =>
      runAsking(deps, flags, async (context) => {
        const { changes } = await import('../past-commands/changes.ts')
        return changes(context, flags)
      }),
    )
  addExamples(terminal, command, [
    'kubectl muster changes --since -1h --context fleet',
    'kubectl muster changes --since 2026-11-24T13:02:00Z --until 2026-11-24T14:02:00Z --in "eu-*" --context fleet',
    'kubectl muster changes -n shop',
  ])
}
