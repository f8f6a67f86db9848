/** One run of the command line, from words to an exit code. */
import { CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { kubectlWords } from './program/kubectl-verbs.ts'
import { program } from './program/program.ts'
import { same } from './terminal/language.ts'
import { type Terminal, terminalFor, type World } from './terminal/terminal.ts'
import { tell, trouble } from './trouble.ts'
import { INVOKED_AS } from './workers.ts'

/** Runs the command line of this process. */
export function runHere({ argv, env, stdout, stderr }: NodeJS.Process): Promise<ExitCode> {
  // The reader may leave early, as `head` does; that is no error of ours.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok)
      throw error
    })
  }
  return run({ argv: argv.slice(2), env, stdout, stderr, invokedAs: INVOKED_AS, isPlugin: isPlugin(argv, env) })
}

/** kubectl runs `kubectl-muster`: the name of the installed link, or what the link of a clone says of itself. */
const isPlugin = (argv: readonly string[], env: World['env']): boolean =>
  /[\\/]kubectl-muster(\.\w+)?$/.test(argv[1] ?? '') || env.MUSTER_PLUGIN === '1'

/** Runs one command line in a given world; errors are told on its stderr, and never thrown. */
export async function run(world: World): Promise<ExitCode> {
  const terminal = terminalFor(world)
  try {
    const words = kubectlWords(world.argv)
    if (words) return await (await import('./kubectl/hand-over.ts')).handOver(terminal, world, words)
    const { command, exitCode } = program(terminal, world)
    await command.parseAsync([...world.argv], { from: 'user' })
    return exitCode()
  } catch (error) {
    if (error instanceof CommanderError) return tellMistake(terminal, error)
    return tell(terminal, error)
  }
}

/** Help and version end a parse as errors do, with exit code 0. The rest is a mistake in the command line. */
function tellMistake(terminal: Terminal, error: CommanderError): ExitCode {
  if (error.exitCode === 0) return EXIT.ok
  // Without a command, commander has printed the help already.
  if (error.code === 'commander.help') return EXIT.error
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  return tell(
    terminal,
    trouble('MUS0101', {
      what: same(what),
      ...(suggestion && { why: same(suggestion.replace(/^\((.*)\)$/, '$1')) }),
      next: ['muster --help'],
    }),
  )
}
