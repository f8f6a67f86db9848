/** The command line of `muster store put` and `delete`. */
import type { Command } from 'commander'
import { text } from '../terminal/language.ts'
import type { ProgramDeps } from './deps.ts'
import { clientCommand, relianceOf, runClient, type WriteFlags, withWriteFlags } from './store-flags.ts'

/** Adds the commands that write a key. */
export function addWrites(store: Command, deps: ProgramDeps): void {
  const { say } = deps.terminal
  const putCommand = clientCommand(
    store,
    deps,
    'put <key> <value>',
    say(text('put a value; "-" reads it from standard input', '写入一个值；"-" 表示从标准输入读取')),
    [
      'muster store put greeting hello --reason "first try"',
      'muster store put greeting hi --if-revision 12',
      'muster store put config - --if-absent < config.json',
    ],
  )
  withWriteFlags(putCommand, deps)
    .option('--if-absent', say(text('only if there is no such key', '仅当没有该键时')))
    .option('--lease <id>', say(text('let it vanish with this lease', '使其随该租约消失')))
    .action((key: string, value: string, flags: WriteFlags & { readonly lease?: string }) =>
      runClient(deps, flags, async (context) => {
        const { put } = await import('../store-commands/put.ts')
        const { readStdin } = await import('../stdin.ts')
        const { reason, lease } = flags
        return put(context, {
          key,
          value: value === '-' ? await readStdin() : Buffer.from(value),
          relies: relianceOf(flags),
          reason,
          ...(lease !== undefined && { lease }),
        })
      }),
    )

  const deleteCommand = clientCommand(
    store,
    deps,
    'delete <key>',
    say(text('delete a key; its history stays', '删除一个键；其历史仍保留')),
    ['muster store delete greeting --reason "no longer needed"'],
  )
  withWriteFlags(deleteCommand, deps).action((key: string, flags: WriteFlags) =>
    runClient(deps, flags, async (context) => {
      const { remove } = await import('../store-commands/put.ts')
      return remove(context, { key, relies: relianceOf(flags), reason: flags.reason })
    }),
  )
}
