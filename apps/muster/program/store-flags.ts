/** The flags that commands of `muster store` share, and the context that they make. */
import type { Revision } from '@muster/store/store.ts'
import { type Command, Option } from 'commander'
import { actorOf } from '../actor.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { StoreContext } from '../store-commands/context.ts'
import type { Reliance } from '../store-commands/write.ts'
import { text } from '../terminal/language.ts'
import { revisionArgument } from './arguments.ts'
import { addExamples, type ProgramDeps } from './deps.ts'

/** Where the server is, and how to answer. */
export interface ClientFlags {
  readonly server: string
  readonly output: 'table' | 'json'
}

/** Why, by whom, and relying on what. */
export interface WriteFlags extends ClientFlags {
  readonly reason: string
  readonly as?: string
  readonly ifRevision?: Revision
  readonly ifAbsent?: true
}

/** Where the store server is looked for when nothing else is said. */
export const DEFAULT_SERVER = 'http://127.0.0.1:7480'

/** A command that talks to a store server. */
export function clientCommand(
  parent: Command,
  { terminal }: ProgramDeps,
  usage: string,
  description: string,
  examples: readonly string[],
): Command {
  const { say } = terminal
  const command = parent
    .command(usage)
    .description(description)
    .addOption(
      new Option('--server <url>', say(text('the store server', '存储服务器')))
        .env('MUSTER_STORE')
        .default(DEFAULT_SERVER),
    )
    .addOption(outputOption(say(text('form of the data', '数据的形式'))))
  addExamples(terminal, command, examples)
  return command
}

/** `-o`, as every command that prints data has it. */
export const outputOption = (description: string): Option =>
  new Option('-o, --output <form>', description).choices(['table', 'json']).default('table')

/** Adds the flags of a command that writes. */
export function withWriteFlags(command: Command, { terminal }: ProgramDeps): Command {
  const { say } = terminal
  return command
    .option('--reason <words>', say(text('why, kept beside the change', '原因，与变更一同保存')), 'by hand')
    .option('--as <actor>', say(text('who, when it is not you', '操作者（若不是你本人）')))
    .addOption(
      new Option(
        '--if-revision <revision>',
        say(text('only if the key is still at this revision', '仅当该键仍位于此修订号时')),
      )
        .argParser(revisionArgument)
        .conflicts('ifAbsent'),
    )
}

/** What the flags say that the writer relies on. */
export function relianceOf({ ifRevision, ifAbsent }: Pick<WriteFlags, 'ifRevision' | 'ifAbsent'>): Reliance {
  if (ifAbsent) return 'absent'
  return ifRevision === undefined ? 'nothing' : { revision: ifRevision }
}

/** Runs a command with the context that its flags make. */
export const runClient = (
  { terminal, env, run }: ProgramDeps,
  flags: ClientFlags & { readonly as?: string },
  work: (context: StoreContext) => Promise<ExitCode>,
): Promise<void> =>
  run(async () => {
    const { systemClock, systemRandom } = await import('@muster/base/system.ts')
    const { openRemoteStore } = await import('../store-client/remote-store.ts')
    return work({
      terminal,
      server: flags.server,
      store: openRemoteStore({ server: flags.server, clock: systemClock }),
      clock: systemClock,
      random: systemRandom,
      actor: flags.as ?? actorOf(env),
      json: flags.output === 'json',
    })
  })
