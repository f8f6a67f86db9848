/** What the parts of the command line share. */
import type { Command } from 'commander'
import type { ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Terminal, World } from '../terminal/terminal.ts'

/** What the commands are given: where to speak, and a place to leave the exit code. */
export interface ProgramDeps {
  readonly terminal: Terminal
  readonly env: World['env']
  /** The words of the command line. */
  readonly argv: World['argv']
  readonly isPlugin: boolean
  /** Runs a command and keeps its exit code. */
  readonly run: (work: () => Promise<ExitCode>) => Promise<void>
}

/** Puts examples before everything else that the help of a command says. */
export function addExamples(terminal: Terminal, command: Command, examples: readonly string[]): void {
  const lines = examples.map((example) => `  ${terminal.command(example)}`)
  const title = terminal.data.colors.bold(terminal.say(text('Examples:', '示例：')))
  command.addHelpText('before', `${title}\n${lines.join('\n')}\n`)
}
