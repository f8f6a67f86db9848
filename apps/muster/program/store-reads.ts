/** The command line of `muster store get`, `history`, `watch` and `status`. */
import type { Revision } from '@muster/store/store.ts'
import type { Command } from 'commander'
import { interruption } from '../signals.ts'
import { text } from '../terminal/language.ts'
import { revisionArgument } from './arguments.ts'
import type { ProgramDeps } from './deps.ts'
import { type ClientFlags, clientCommand, runClient } from './store-flags.ts'

interface GetFlags extends ClientFlags {
  readonly prefix?: string
  readonly at?: Revision
}

interface WatchFlags extends ClientFlags {
  readonly after?: Revision
}

/** Adds the commands that only look. */
export function addReads(store: Command, deps: ProgramDeps): void {
  const { say } = deps.terminal
  const command = (usage: string, description: string, ...examples: readonly string[]) =>
    clientCommand(store, deps, usage, description, examples)

  command(
    'get [key]',
    say(text('print a value, or a table of what lies under a prefix', '打印一个值，或某前缀下的列表')),
    'muster store get greeting',
    'muster store get --prefix shop/ --at 12',
  )
    .option(
      '--prefix <prefix>',
      say(text('everything under a prefix ("" for all)', '某前缀下的全部内容（"" 表示所有）')),
    )
    .option('--at <revision>', say(text('as of this revision', '在该修订号时')), revisionArgument)
    .action((key: string | undefined, flags: GetFlags, self: Command) => {
      if ((key === undefined) === (flags.prefix === undefined)) self.error("wanted either a key or '--prefix <prefix>'")
      return runClient(deps, flags, async (context) => {
        const { getKey, getPrefix } = await import('../store-commands/get.ts')
        return key === undefined ? getPrefix(context, flags.prefix ?? '', flags.at) : getKey(context, key, flags.at)
      })
    })

  command(
    'history <key>',
    say(text('every version of a key: when, who, why, what changed', '一个键的所有版本：何时、谁、为何、改了什么')),
    'muster store history greeting',
  ).action((key: string, flags: ClientFlags) =>
    runClient(deps, flags, async (context) => (await import('../store-commands/history.ts')).history(context, key)),
  )

  command(
    'watch <prefix>',
    say(text('follow changes under a prefix ("" for all)', '跟踪某前缀下的变化（"" 表示所有）')),
    'muster store watch shop/',
    'muster store watch "" --after 12 -o json',
  )
    .option(
      '--after <revision>',
      say(text('every change after this revision, then live', '先是该修订号之后的所有变化，然后实时')),
      revisionArgument,
    )
    .action((prefix: string, flags: WatchFlags) =>
      runClient(deps, flags, async (context) => {
        const { watch } = await import('../store-commands/watch.ts')
        return watch(context, prefix, flags.after, interruption())
      }),
    )

  command(
    'status',
    say(text("the store's figures", '存储的各项数据')),
    'muster store status',
    'muster store status -o json',
  ).action((flags: ClientFlags) =>
    runClient(deps, flags, async (context) => (await import('../store-commands/status.ts')).status(context)),
  )
}
