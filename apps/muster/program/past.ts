/** The command line of everything about the past. It is also that of the kubectl plugin `kubectl muster`. */
import { type Command, Option } from 'commander'
import type { ExitCode } from '../exit-codes.ts'
import type { PastContext } from '../past-commands/context.ts'
import type { Target } from '../past-commands/target.ts'
import { text } from '../terminal/language.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { type KubectlFlags, runAsking, withKubectlFlags } from './kubectl-flags.ts'

interface PastFlags extends KubectlFlags {
  readonly allNamespaces?: true
}

/** Adds `history`, `why`, `diff`, `revert` and `get`. */
export function addPast(parent: Command, deps: ProgramDeps): void {
  const { say } = deps.terminal
  const AS_OF = say(
    text(
      'a time, such as 2026-11-23T03:00:00Z, or so long ago, such as -10m',
      '时间，如 2026-11-23T03:00:00Z，或多久以前，如 -10m',
    ),
  )

  pastCommand(
    parent,
    deps,
    'history',
    text('who changed an object, when, why, and what', '谁在何时、为何、改变了对象的什么'),
    ['kubectl muster history deployment/web -n shop', 'kubectl muster history configmap settings --limit 5'],
  )
    .option('--limit <count>', say(text('at most so many versions', '最多显示的版本数')), '20')
    .option('--before <revision>', say(text('versions older than this one', '早于该版本的版本')))
    .action((words: string[], flags: PastFlags & { limit: string; before?: string }) =>
      onObject(deps, 'history', words, flags, async (context, target) =>
        (await import('../past-commands/history.ts')).history(context, target, flags),
      ),
    )

  pastCommand(
    parent,
    deps,
    'why',
    text('why an object is what it is: back to who began it', '对象为何如此：一直追溯到起因'),
    ['kubectl muster why deployment/web -n shop', 'kubectl muster why deployment/web --field .spec.replicas'],
  )
    .option('--revision <revision>', say(text('why that version', '解释该版本')))
    .option('--field <path>', say(text('why that field, such as .spec.replicas', '解释该字段，如 .spec.replicas')))
    .action((words: string[], { revision, field, ...flags }: PastFlags & { revision?: string; field?: string }) =>
      onObject(deps, 'why', words, flags, async (context, target) =>
        (await import('../past-commands/why.ts')).why(context, target, {
          ...(revision === undefined ? {} : { revision }),
          ...(field === undefined ? {} : { field }),
        }),
      ),
    )

  pastCommand(
    parent,
    deps,
    'diff',
    text(
      'what differs between two versions; exits with 1 when something does',
      '两个版本之间的差异；有差异时退出码为 1',
    ),
    ['kubectl muster diff deployment/web --as-of -1h', 'kubectl muster diff deployment/web --from 204 --to 231'],
  )
    .option('--from <revision>', say(text('the older one', '较旧的版本')))
    .option('--to <revision>', say(text('the newer one; what is there now when absent', '较新的版本；省略时为当前')))
    .addOption(new Option('--as-of <time>', AS_OF).conflicts('from'))
    .action((words: string[], flags: PastFlags & { from?: string; to?: string; asOf?: string }) =>
      onObject(deps, 'diff', words, flags, async (context, target) =>
        (await import('../past-commands/diff.ts')).diff(context, target, flags),
      ),
    )

  pastCommand(
    parent,
    deps,
    'revert',
    text(
      'make an object what it was; without --yes it only shows what would change',
      '使对象恢复原样；不加 --yes 时只显示将改变什么',
    ),
    [
      'kubectl muster revert deployment/web --to 204',
      'kubectl muster revert secret/db --as-of -1h --reason "wrong password" --yes',
    ],
  )
    .option('--to <revision>', say(text('the state at this revision', '该修订号时的状态')))
    .addOption(new Option('--as-of <time>', AS_OF).conflicts('to'))
    .option('--reason <text>', say(text('why; kept with the write', '原因；随写入保存')))
    .option('-y, --yes', say(text('do it', '执行')))
    .action(
      (
        words: string[],
        flags: PastFlags & { to?: string; asOf?: string; reason?: string; yes?: true },
        self: Command,
      ) => {
        if (flags.to === undefined && flags.asOf === undefined) {
          return self.error("wanted either '--to <revision>' or '--as-of <time>'")
        }
        return onObject(deps, 'revert', words, flags, async (context, target) =>
          (await import('../past-commands/revert.ts')).revert(context, target, { ...flags, yes: flags.yes ?? false }),
        )
      },
    )

  pastCommand(parent, deps, 'erase', text('make what an object was unreadable for good', '永久抹除对象过去的内容'), [
    'kubectl muster erase secret/db -n shop',
    'kubectl muster erase secret/db -n shop --yes',
  ])
    .option('-y, --yes', say(text('do it', '执行')))
    .action((words: string[], flags: PastFlags & { yes?: true }) =>
      onObject(deps, 'erase', words, flags, async (context, target) =>
        (await import('../past-commands/erase.ts')).erase(context, target, flags.yes ?? false),
      ),
    )

  pastCommand(parent, deps, 'get', text('what was there at a time', '某个时间存在的内容'), [
    'kubectl muster get pods -n shop --as-of -10m',
    'kubectl muster get deployment/web --as-of 2026-11-23T03:00:00Z -o yaml',
  ])
    .addOption(new Option('--as-of <time>', AS_OF).conflicts('revision'))
    .option('--revision <revision>', say(text('at this revision', '该修订号时')))
    .option('-l, --selector <labels>', say(text('only what has these labels', '仅限具有这些标签的对象')))
    .option('-A, --all-namespaces', say(text('in all namespaces', '所有命名空间')))
    .action(
      (words: string[], flags: PastFlags & { asOf?: string; revision?: string; selector?: string }, self: Command) => {
        if (flags.asOf === undefined && flags.revision === undefined) {
          return self.error(
            "wanted either '--as-of <time>' or '--revision <revision>'; for what is there now, kubectl get",
          )
        }
        return onTarget(deps, words, flags, async (context, target) =>
          (await import('../past-commands/get.ts')).get(context, target, flags),
        )
      },
    )
}

/** A command about an object: `TYPE NAME` or `TYPE/NAME`, with the flags of all of them. */
export function pastCommand(
  parent: Command,
  { terminal }: ProgramDeps,
  name: string,
  description: ReturnType<typeof text>,
  examples: readonly string[],
): Command {
  const { say } = terminal
  const command = parent
    .command(name)
    .argument('<type...>', say(text('TYPE NAME or TYPE/NAME', 'TYPE NAME 或 TYPE/NAME')))
    .description(say(description))
  withKubectlFlags(command, terminal)
  addExamples(terminal, command, examples)
  return command
}

/** Runs a command about one object, which has to be named. */
export function onObject(
  deps: ProgramDeps,
  command: string,
  words: readonly string[],
  flags: PastFlags,
  work: (context: PastContext, target: Target) => Promise<ExitCode>,
): Promise<void> {
  return onTarget(deps, words, flags, async (context, target) => {
    if (target.name === '') throw (await import('../past-commands/target.ts')).nameMissing(command)
    return work(context, target)
  })
}

function onTarget(
  deps: ProgramDeps,
  words: readonly string[],
  flags: PastFlags,
  work: (context: PastContext, target: Target) => Promise<ExitCode>,
): Promise<void> {
  return runAsking(deps, flags, async (context) => {
    const { findTarget, splitTarget } = await import('../past-commands/target.ts')
    const { namespace, allNamespaces } = flags
    const target = await findTarget(context.kubectl, splitTarget(words), {
      ...(namespace === undefined ? {} : { namespace }),
      ...(allNamespaces ? { allNamespaces } : {}),
    })
    return work(context, target)
  })
}
