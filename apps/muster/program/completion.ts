/** The command line of `completion`. */
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { addExamples, type ProgramDeps } from './deps.ts'

/** Adds `completion`, which knows every command that was added to `parent`. */
export function addCompletion(parent: Command, { terminal, run }: ProgramDeps): void {
  const { say } = terminal
  const command = parent
    .command('completion')
    .argument('<shell>', 'bash, zsh, fish, powershell')
    .description(say(text('print what makes a shell complete these commands', '打印用于 shell 命令补全的脚本')))
    .action((shell: string, _flags: object, self: Command) =>
      run(async () => {
        const { completionScript, isShell } = await import('../completion/scripts.ts')
        if (!isShell(shell)) return self.error(`wanted bash, zsh, fish or powershell, found '${shell}'`)
        const { treeOf } = await import('../completion/tree.ts')
        terminal.data.line(completionScript(shell, treeOf(parent)))
        return EXIT.ok
      }),
    )
  addExamples(terminal, command, [
    'source <(muster completion bash)',
    'muster completion zsh > ~/.zsh/completions/_muster',
    'muster completion fish > ~/.config/fish/completions/muster.fish',
    'muster completion powershell | Out-String | Invoke-Expression',
  ])
}
