/** The command line of `transact`, which is also `kubectl muster transact`. */
import { type Command, Option } from 'commander'
import { text } from '../terminal/language.ts'
import type { TransactAsked } from '../transact/transact.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { type KubectlFlags, runAsking, withKubectlFlags } from './kubectl-flags.ts'

/** Adds `transact`. */
export function addTransact(parent: Command, deps: ProgramDeps): void {
  const { terminal } = deps
  const { say } = terminal
  const command = parent
    .command('transact')
    .description(say(text('apply many manifests together, or none of them', '一并应用多个清单，或全部不应用')))
    .requiredOption('-f, --filename <path...>', say(text('files, folders, or -', '文件、文件夹或 -')))
    .option('-R, --recursive', say(text('and folders within folders', '包括子文件夹')))
    .addOption(
      new Option('--verb <verb>', say(text('what is done with each manifest', '对每个清单执行的操作')))
        .choices(['apply', 'create', 'update', 'delete'])
        .default('apply'),
    )
    .option('--dry-run', say(text('show the difference of all, and do nothing', '显示全部差异，不执行')))
    .option('--force', say(text('take over fields that others own', '接管他人拥有的字段')))
    .option('--field-manager <name>', say(text('who owns what is applied', '所应用内容的拥有者')), 'kubectl')
    .option('--reason <text>', say(text('why; kept with each write', '原因；随每次写入保存')))
  withKubectlFlags(command, terminal).action((flags: KubectlFlags & TransactAsked) =>
    runAsking(deps, flags, async (context) => (await import('../transact/transact.ts')).transact(context, flags)),
  )
  addExamples(terminal, command, [
    'kubectl muster transact -f shop/ --dry-run',
    'kubectl muster transact -f shop/ --reason "the autumn sale"',
    'kubectl muster transact -f shop/ --verb delete',
  ])
}
