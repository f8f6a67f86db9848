/** The command line: what can be asked, and how mistakes in asking are told. What is asked for is imported only then. */
import { Command, Option } from 'commander'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Terminal, World } from '../terminal/terminal.ts'
import { VERSION } from '../version.ts'
import { addChanges } from './changes.ts'
import { addCompletion } from './completion.ts'
import { addControlPlane } from './control-plane.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { addKubectlVerbs } from './kubectl-verbs.ts'
import { addMembers } from './members.ts'
import { addPast } from './past.ts'
import { addStoreCommands } from './store.ts'
import { addTransact } from './transact.ts'
import { addTree } from './tree.ts'
import { addUp } from './up.ts'

/** A command line that is ready to parse; `exitCode` is that of the command that ran. */
export function program(
  terminal: Terminal,
  { env, argv, isPlugin = false }: World,
): { command: Command; exitCode: () => ExitCode } {
  let exitCode: ExitCode = EXIT.ok
  const run: ProgramDeps['run'] = async (work) => {
    exitCode = await work()
  }
  const deps: ProgramDeps = { terminal, env, argv, isPlugin, run }
  const { say } = terminal
  const command = new Command('muster')
    .description(say(text('One control plane for many clusters.', '一个控制平面，管理众多集群。')))
    .version(VERSION, '-V, --version', say(text('print the version', '打印版本')))
    .helpOption('-h, --help', say(text('print help for a command', '打印命令的帮助')))
    .helpCommand('help [command]', say(text('print help for a command', '打印命令的帮助')))
    .exitOverride()
    .configureOutput({
      writeOut: (words) => terminal.data.bytes(Buffer.from(words)),
      writeErr: (words) => terminal.notes.line(words.trimEnd()),
      // Mistakes are told in the house grammar instead, by whoever parses.
      outputError: () => {},
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      getOutHasColors: () => terminal.data.colors.isColorSupported,
      getErrHasColors: () => terminal.notes.colors.isColorSupported,
    })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => terminal.data.colors.bold(heading(terminal, title)),
    })
    .addOption(
      new Option('--lang <language>', say(text('language of the prose', '文字所用的语言'))).choices(['en', 'zh']),
    )
    .option('--no-color', say(text('no colours', '不使用颜色')))
    .option('--ascii', say(text('status in plain ASCII', '以纯 ASCII 显示状态')))
    .option('--plain', say(text('only ever add lines, as for a screen reader', '只追加输出行，适合屏幕阅读器')))
    .option(
      '--home <directory>',
      say(
        text(
          'where control planes keep their state (default: ~/.muster, or MUSTER_HOME)',
          '控制平面保存状态的目录（默认：~/.muster 或 MUSTER_HOME）',
        ),
      ),
    )
    .option(
      '--name <name>',
      say(text('which control plane is meant (default: default)', '指定控制平面（默认：default）')),
    )
  addExamples(terminal, command, [
    'muster up --detach',
    'muster status',
    'muster get all -A',
    'muster down',
    'muster tour',
  ])
  addUp(command, deps)
  addControlPlane(command, deps)
  addMembers(command, deps)
  addKubectlVerbs(command, deps)
  addPast(command, deps)
  addChanges(command, deps)
  addTransact(command, deps)
  addTree(command, deps)
  addStoreCommands(command, deps)
  addTour(command, deps)
  addExplain(command, deps)
  addCompletion(command, deps)
  return { command, exitCode: () => exitCode }
}

function addTour(parent: Command, { terminal, run }: ProgramDeps): void {
  const { say } = terminal
  const tour = parent
    .command('tour')
    .argument('[system]', say(text('0 for the ground, or the number of a system', '0 表示地基，或系统的编号')))
    .description(say(text('list what Muster can do, or play one part of it', '列出 Muster 的能力，或演示其中一部分')))
    .action((system: string | undefined) => run(async () => (await import('../tour/tour.ts')).tour(terminal, system)))
  addExamples(terminal, tour, ['muster tour', 'muster tour 0', 'muster tour --lang zh'])
}

function addExplain(parent: Command, { terminal, run }: ProgramDeps): void {
  const { say } = terminal
  const explain = parent
    .command('explain')
    .argument(
      '[code]',
      say(text('a code such as MUS0201; without it, all are listed', '代码，例如 MUS0201；省略时列出全部')),
    )
    .description(say(text('explain the code of an error', '解释错误代码')))
    .action((code: string | undefined) =>
      run(async () => (await import('../explain/explain.ts')).explain(terminal, code)),
    )
  addExamples(terminal, explain, ['muster explain MUS0201', 'muster explain'])
}

function heading({ language }: Terminal, title: string): string {
  if (language === 'en') return title
  const headings: Readonly<Record<string, string>> = {
    'Usage:': '用法：',
    'Arguments:': '参数：',
    'Options:': '选项：',
    'Global Options:': '全局选项：',
    'Commands:': '命令：',
  }
  return headings[title] ?? title
}
