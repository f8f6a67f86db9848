/** The command line of `muster store compact`, `lease`, `snapshot` and `restore`. */
import type { Revision } from '@muster/store/store.ts'
import { type Command, Option } from 'commander'
import { text } from '../terminal/language.ts'
import { revisionArgument, secondsArgument, wholeArgument } from './arguments.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { type ClientFlags, clientCommand, runClient } from './store-flags.ts'

interface CompactFlags extends ClientFlags {
  readonly horizon?: Revision
  readonly keepLast?: number
  readonly keepVersions?: number
  readonly yes?: true
}

/** Adds the commands that keep a store in shape. */
export function addUpkeep(store: Command, deps: ProgramDeps): void {
  addCompact(store, deps)
  addLease(store, deps)
  addRestore(store, deps)
  clientCommand(
    store,
    deps,
    'snapshot <file>',
    deps.terminal.say(text('the whole store, history included, into a file', '把整个存储（含历史）写入一个文件')),
    ['muster store snapshot before-upgrade.snapshot'],
  ).action((file: string, flags: ClientFlags) =>
    runClient(deps, flags, async (context) => (await import('../store-commands/snapshot.ts')).snapshot(context, file)),
  )
}

function addRestore(store: Command, { terminal, run }: ProgramDeps): void {
  const { say } = terminal
  const command = store
    .command('restore')
    .argument('<file>', say(text('a snapshot', '快照文件')))
    .argument(
      '<directory>',
      say(text('where the new store shall be; not there yet, or empty', '新存储的目录；尚不存在或为空')),
    )
    .description(say(text('make a new store from a snapshot', '用快照创建一个新的存储')))
    .option(
      '--above <revision>',
      say(text('a revision that the old store is known to have reached', '已知旧存储到达过的修订号')),
      revisionArgument,
    )
    .action((file: string, directory: string, { above }: { readonly above?: Revision }) =>
      run(async () => {
        const { systemClock: clock, systemRandom: random } = await import('@muster/base/system.ts')
        const { restore } = await import('../store-commands/restore.ts')
        return restore({ terminal, clock, random, file, directory, ...(above !== undefined && { above }) })
      }),
    )
  addExamples(terminal, command, ['muster store restore before-upgrade.snapshot ~/.muster/restored'])
}

function addCompact(store: Command, deps: ProgramDeps): void {
  const { say } = deps.terminal
  clientCommand(
    store,
    deps,
    'compact',
    say(
      text(
        'let go of old history; without --yes it only says what would go',
        '丢弃旧历史；不加 --yes 时只说明将丢弃什么',
      ),
    ),
    ['muster store compact --keep-last 1000', 'muster store compact --horizon 42 --keep-versions 3 --yes'],
  )
    .addOption(
      new Option('--horizon <revision>', say(text('reads stay exact from here on', '从此修订号起读取保持精确')))
        .argParser(revisionArgument)
        .conflicts('keepLast'),
    )
    .option(
      '--keep-last <count>',
      say(text('reads stay exact for so many revisions', '最近这么多个修订号保持精确')),
      wholeArgument,
    )
    .option(
      '--keep-versions <count>',
      say(text('older versions of each key to keep', '每个键保留的更旧版本数')),
      wholeArgument,
    )
    .option('-y, --yes', say(text('do it', '执行')))
    .action((flags: CompactFlags, self: Command) => {
      const { horizon, keepLast, keepVersions, yes = false } = flags
      const to = horizon !== undefined ? { horizon } : keepLast !== undefined ? { keepLast } : undefined
      if (!to) return self.error("wanted either '--horizon <revision>' or '--keep-last <count>'")
      return runClient(deps, flags, async (context) => {
        const { compact } = await import('../store-commands/compact.ts')
        return compact(context, { to, yes, ...(keepVersions !== undefined && { keepVersions }) })
      })
    })
}

function addLease(store: Command, deps: ProgramDeps): void {
  const { say } = deps.terminal
  const lease = store
    .command('lease')
    .description(say(text('keys that vanish together when nobody keeps them alive', '无人续期时一起消失的键')))
  addExamples(deps.terminal, lease, ['muster store lease grant 30s', 'muster store put leader me --lease ID'])
  const commands = () => import('../store-commands/lease.ts')

  clientCommand(lease, deps, 'grant', say(text('grant a lease', '授予租约')), ['muster store lease grant 30s'])
    .argument(
      '<time>',
      say(text('how long it lives when nobody keeps it alive', '无人续期时的存活时间')),
      secondsArgument,
    )
    .action((ttlSeconds: number, flags: ClientFlags) =>
      runClient(deps, flags, async (context) => (await commands()).grantLease(context, ttlSeconds)),
    )
  clientCommand(lease, deps, 'keep-alive <id>', say(text('start its time anew', '重新计时')), [
    'muster store lease keep-alive ID',
  ]).action((id: string, flags: ClientFlags) =>
    runClient(deps, flags, async (context) => (await commands()).keepLeaseAlive(context, id)),
  )
  clientCommand(lease, deps, 'revoke <id>', say(text('end it now', '立即结束')), [
    'muster store lease revoke ID',
  ]).action((id: string, flags: ClientFlags) =>
    runClient(deps, flags, async (context) => (await commands()).revokeLease(context, id)),
  )
}
