/** The command lines of `connect` and `disconnect`. */
import { type Command, Option } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { countArgument, secondsArgument } from './arguments.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { placeFor } from './place.ts'

interface ConnectFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly member?: string
  readonly region?: string
  readonly zone?: string
  readonly secrets: 'none' | 'metadata' | 'values'
  readonly exclude: readonly string[]
  readonly requestsPerSecond: number
  readonly timeout: number
  readonly printRole?: true
}

const SECRETS = { none: 'None', metadata: 'Metadata', values: 'Values' } as const

/** Adds them. */
export function addMembers(parent: Command, deps: ProgramDeps): void {
  const { terminal, env, run } = deps
  const { say } = terminal
  const connect = parent
    .command('connect')
    .description(
      say(
        text(
          'mirror an existing cluster, read-only: remember every change of it, and explain',
          '以只读方式镜像现有集群：记住它的每一次变化，并加以解释',
        ),
      ),
    )
    .option('--kubeconfig <file>', say(text("kubectl's configuration", 'kubectl 的配置')))
    .option(
      '--context <name>',
      say(text('a context of it; the current one when absent', '其中的上下文；省略时为当前上下文')),
    )
    .option(
      '--member <name>',
      say(text('how it is called here; as its context when absent', '在此处的名称；省略时与上下文相同')),
    )
    .option('--region <name>', say(text('where it is', '所在地域')))
    .option('--zone <name>', say(text('where within the region', '所在可用区')))
    .addOption(
      new Option('--secrets <how>', say(text('how much of Secrets is read', '读取 Secret 的程度')))
        .choices(Object.keys(SECRETS))
        .default('metadata'),
    )
    .option('--exclude <resources...>', say(text('resources that are left out', '不镜像的资源')), [])
    .option(
      '--requests-per-second <count>',
      say(text('requests that its API server gets at most', '对其 API 服务器每秒的最大请求数')),
      countArgument,
      20,
    )
    .option('--print-role', say(text('print the least role that this needs, and do nothing', '只打印所需的最小权限')))
    .option(
      '--timeout <length>',
      say(text('how long to wait for the first whole picture', '等待首次完整镜像的时长')),
      secondsArgument,
      300,
    )
    .action((flags: ConnectFlags, self: Command) =>
      run(async () => {
        const secrets = SECRETS[flags.secrets]
        if (flags.printRole) {
          const { roleManifest } = await import('../members/role.ts')
          terminal.data.bytes(Buffer.from(roleManifest(secrets)))
          return EXIT.ok
        }
        const { systemClock: clock } = await import('@muster/base/system.ts')
        const { connect } = await import('../members/connect.ts')
        const { member, timeout, printRole: _print, ...asked } = flags
        return connect(
          { terminal, place: placeFor(deps, self), clock, env },
          { ...asked, ...(member === undefined ? {} : { name: member }), secrets, patienceMs: timeout * 1000 },
        )
      }),
    )
  addExamples(terminal, connect, [
    'muster connect',
    'muster connect --context kind-dev --region eu-west',
    'muster connect --print-role --secrets none',
  ])

  const disconnect = parent
    .command('disconnect')
    .argument('<member>', say(text('its name here', '它在此处的名称')))
    .description(
      say(
        text('ask nothing more of a cluster; what was written down stays', '不再向集群请求任何内容；已记录的内容保留'),
      ),
    )
    .action((member: string, _flags: object, self: Command) =>
      run(async () => {
        const { systemClock: clock } = await import('@muster/base/system.ts')
        const { disconnect } = await import('../members/connect.ts')
        return disconnect({ terminal, place: placeFor(deps, self), clock, env }, member)
      }),
    )
  addExamples(terminal, disconnect, ['muster disconnect kind-dev'])
}
