/** The command lines of `down`, `status`, `kubeconfig`, `version` and `doctor`. */
import type { Command } from 'commander'
import { text } from '../terminal/language.ts'
import { secondsArgument } from './arguments.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { allParts } from './parts.ts'
import { placeFor } from './place.ts'
import { outputOption } from './store-flags.ts'

interface OutputFlag {
  readonly output: 'table' | 'json'
}

/** Adds them. */
export function addControlPlane(parent: Command, deps: ProgramDeps): void {
  addDown(parent, deps)
  addStatus(parent, deps)
  addDoctor(parent, deps)
  addKubeconfig(parent, deps)
  addVersion(parent, deps)
}

const form = ({ terminal }: ProgramDeps) => outputOption(terminal.say(text('form of the data', '数据的形式')))

function addDown(parent: Command, deps: ProgramDeps): void {
  const { terminal, run } = deps
  const { say } = terminal
  const command = parent
    .command('down')
    .description(
      say(text('stop the control plane of this machine; its state is kept', '停止本机的控制平面；状态会保留')),
    )
    .option('--purge', say(text('remove its state too', '同时删除其状态')))
    .option('-y, --yes', say(text('do not ask', '不再询问')))
    .option(
      '--timeout <time>',
      say(text('how long it may take to end by itself', '等待其自行结束的时长')),
      secondsArgument,
      DOWN_SECONDS,
    )
    .addOption(form(deps))
    .action((flags: OutputFlag & { purge?: true; yes?: true; timeout: number }, self: Command) =>
      run(async () => {
        const { down } = await import('../control-plane/down.ts')
        return down({
          terminal,
          place: placeFor(deps, self),
          parts: await allParts(),
          patienceMs: flags.timeout * 1000,
          purge: flags.purge ?? false,
          yes: flags.yes ?? false,
          json: flags.output === 'json',
          stdin: process.stdin,
        })
      }),
    )
  addExamples(terminal, command, ['muster down', 'muster down --purge --yes'])
}

const DOWN_SECONDS = 20

function addStatus(parent: Command, deps: ProgramDeps): void {
  const { terminal, run } = deps
  const command = parent
    .command('status')
    .description(terminal.say(text('what runs, since when, and where', '运行状况：运行着什么、自何时起、在哪里')))
    .addOption(form(deps))
    .action((flags: OutputFlag, self: Command) =>
      run(async () => {
        const { systemClock: clock } = await import('@muster/base/system.ts')
        const { status } = await import('../control-plane/status.ts')
        return status({ terminal, place: placeFor(deps, self), clock, json: flags.output === 'json' })
      }),
    )
  addExamples(terminal, command, ['muster status', 'muster status -o json'])
}

function addDoctor(parent: Command, deps: ProgramDeps): void {
  const { terminal, env, run } = deps
  const { say } = terminal
  const command = parent
    .command('doctor')
    .description(say(text('check this machine, and say what to do', '检查本机，并说明如何处理')))
    .option(
      '--bundle [file]',
      say(
        text('write logs and facts, without secrets, into a .tar.gz', '把日志和检查结果（不含机密）写入 .tar.gz 文件'),
      ),
    )
    .addOption(form(deps))
    .action((flags: OutputFlag & { bundle?: string | true }, self: Command) =>
      run(async () => {
        const { doctor } = await import('../doctor/doctor.ts')
        return doctor({
          terminal,
          env,
          place: placeFor(deps, self),
          json: flags.output === 'json',
          ...(flags.bundle === undefined ? {} : { bundle: flags.bundle }),
        })
      }),
    )
  addExamples(terminal, command, ['muster doctor', 'muster doctor --bundle for-the-issue.tar.gz'])
}

function addKubeconfig(parent: Command, deps: ProgramDeps): void {
  const { terminal, run } = deps
  const { say } = terminal
  const command = parent
    .command('kubeconfig')
    .argument('[cluster]', say(text('a logical cluster', '逻辑集群')), 'default')
    .description(say(text('print the way into a cluster', '打印进入集群的 kubeconfig')))
    .option('--path', say(text('only where it is', '仅打印其路径')))
    .option('--merge <file>', say(text('add it to this file, which is copied before', '加入到该文件（事先备份）')))
    .option('-y, --yes', say(text('replace entries of the same names', '替换同名条目')))
    .action((cluster: string, flags: { path?: true; merge?: string; yes?: true }, self: Command) =>
      run(async () => {
        const { kubeconfig } = await import('../control-plane/kubeconfig.ts')
        return kubeconfig({
          terminal,
          place: placeFor(deps, self),
          cluster,
          path: flags.path ?? false,
          ...(flags.merge === undefined ? {} : { merge: flags.merge }),
          yes: flags.yes ?? false,
        })
      }),
    )
  addExamples(terminal, command, [
    'muster kubeconfig > kubeconfig',
    'muster kubeconfig --path',
    'muster kubeconfig --merge ~/.kube/config',
  ])
}

function addVersion(parent: Command, deps: ProgramDeps): void {
  const { terminal, run } = deps
  const command = parent
    .command('version')
    .description(terminal.say(text('versions of this command and of the server', '本命令与服务器的版本')))
    .option('--client', terminal.say(text('do not ask the server', '不询问服务器')))
    .addOption(form(deps))
    .action((flags: OutputFlag & { client?: true }, self: Command) =>
      run(async () => {
        const { systemClock: clock } = await import('@muster/base/system.ts')
        const { version } = await import('../control-plane/version.ts')
        const json = flags.output === 'json'
        return version({ terminal, place: placeFor(deps, self), clock, clientOnly: flags.client ?? false, json })
      }),
    )
  addExamples(terminal, command, ['muster version', 'muster version -o json'])
}
