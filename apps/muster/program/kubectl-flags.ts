/** The flags of every command that asks a server by way of the reader's own kubectl. */
import { type Command, Option } from 'commander'
import type { ExitCode } from '../exit-codes.ts'
import type { PastContext } from '../past-commands/context.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ProgramDeps } from './deps.ts'

/** As they are given. */
export interface KubectlFlags {
  readonly namespace?: string
  readonly output?: 'json' | 'yaml'
  readonly context?: string
  readonly kubeconfig?: string
  readonly as?: string
}

/** Adds them. */
export function withKubectlFlags(command: Command, { say }: Terminal): Command {
  return command
    .option(
      '-n, --namespace <name>',
      say(text('the namespace; that of the context when absent', '命名空间；省略时取上下文的')),
    )
    .addOption(new Option('-o, --output <form>', say(text('form of the data', '数据的形式'))).choices(['json', 'yaml']))
    .option('--context <name>', say(text("kubectl's context", 'kubectl 的上下文')))
    .option('--kubeconfig <file>', say(text("kubectl's configuration", 'kubectl 的配置')))
    .option('--as <user>', say(text('in the name of another user', '以另一个用户的身份')))
}

/** Runs such a command: gives it its way to ask and to answer, and ends what it opened. */
export const runAsking = (
  { terminal, env, argv, isPlugin, run }: ProgramDeps,
  flags: KubectlFlags,
  work: (context: PastContext) => Promise<ExitCode>,
): Promise<void> =>
  run(async () => {
    const { systemClock: clock } = await import('@muster/base/system.ts')
    const { kubectlOf } = await import('../past-commands/kubectl.ts')
    const { kubectlEnv } = await import('../kubectl/hand-over.ts')
    const handedOn = (['context', 'kubeconfig', 'as'] as const).flatMap((name) => {
      const value = flags[name]
      return value === undefined ? [] : [`--${name}=${value}`]
    })
    const kubectl = kubectlOf(kubectlEnv({ env, argv, isPlugin }), handedOn)
    try {
      return await work({ terminal, kubectl, clock, output: flags.output ?? 'text' })
    } finally {
      await kubectl.close()
    }
  })
