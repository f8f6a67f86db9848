/** The command line of `tree`, which is also `kubectl muster tree`. */
import type { Command } from 'commander'
import { text } from '../terminal/language.ts'
import type { TreeFlags } from '../tree/tree.ts'
import { secondsArgument } from './arguments.ts'
import type { ProgramDeps } from './deps.ts'
import type { KubectlFlags } from './kubectl-flags.ts'
import { onObject, pastCommand } from './past.ts'

/** Adds `tree`. */
export function addTree(parent: Command, deps: ProgramDeps): void {
  const { say } = deps.terminal
  pastCommand(
    parent,
    deps,
    'tree',
    text('an object, all that belongs to it, and how each is', '一个对象、属于它的一切，以及各自的状态'),
    [
      'kubectl muster tree deployment/web -n shop',
      'kubectl muster tree deployment/web --watch',
      'kubectl muster tree deployment/web --wait --timeout 2m',
    ],
  )
    .option('-w, --watch', say(text('go on showing what changes', '持续显示变化')))
    .option(
      '--wait',
      say(
        text(
          'until all of it is healthy; exits with 2 when a part has failed, with 3 after --timeout',
          '直到全部就绪；某个部分失败时以 2 退出，超过 --timeout 时以 3 退出',
        ),
      ),
    )
    .option(
      '--timeout <length>',
      say(text('the longest wait, such as 90s or 5m', '最长等待时间，如 90s 或 5m')),
      secondsArgument,
      300,
    )
    .option('--all', say(text('leave nothing out', '不省略任何内容')))
    .action((words: string[], flags: KubectlFlags & TreeFlags) =>
      onObject(deps, 'tree', words, flags, async (context, target) =>
        (await import('../tree/tree.ts')).tree(context, target, flags),
      ),
    )
}
