/** The command line of `muster up`. */
import { type Command, Option } from 'commander'
import { interruption } from '../signals.ts'
import { text } from '../terminal/language.ts'
import { type AccessFlags, accessWishes, addAccessFlags } from './access-flags.ts'
import { portArgument } from './arguments.ts'
import { type AuditFlags, addAuditFlags, auditWishes } from './audit-flags.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { outputOption } from './store-flags.ts'

interface UpFlags extends AuditFlags, AccessFlags {
  readonly port?: number
  readonly listen: string
  readonly cluster: readonly string[]
  readonly untilStdinEnds?: true
  readonly output: 'table' | 'json'
}

/** Adds `up`. */
export function addUp(parent: Command, { terminal, env, run }: ProgramDeps): void {
  const { say } = terminal
  const command = parent
    .command('up')
    .description(say(text('start a control plane on this machine', '在本机启动一个控制平面')))
    .option(
      '--port <port>',
      say(
        text(
          'port of the API (default: 6443, or a free one when that is taken)',
          'API 端口（默认：6443，被占用时取空闲端口）',
        ),
      ),
      portArgument,
    )
    .option('--listen <address>', say(text('address to listen on', '监听的地址')), '127.0.0.1')
    .option('--cluster <names...>', say(text('logical clusters besides default', '除 default 外的逻辑集群')), [])
    .addOption(outputOption(say(text('form of the summary', '摘要的形式'))))
  addAuditFlags(addAccessFlags(command, terminal), terminal)
  command
    .addOption(new Option('--until-stdin-ends', 'stop when standard input ends').hideHelp())
    .action((flags: UpFlags) =>
      run(async () => {
        const { systemClock, systemRandom } = await import('@muster/base/system.ts')
        const { up } = await import('../api-server/up.ts')
        const { homeDirectory } = await import('../api-server/home.ts')
        const { endOfStdin } = await import('../stdin.ts')
        const home = homeDirectory(env)
        const audit = auditWishes(flags, home)
        const stops = [interruption(), ...(flags.untilStdinEnds ? [endOfStdin()] : [])]
        return up({
          terminal,
          clock: systemClock,
          random: systemRandom,
          home,
          ...(audit ? { audit } : {}),
          host: flags.listen,
          ...(flags.port === undefined ? {} : { port: flags.port }),
          clusters: ['default', ...flags.cluster.filter((name) => name !== 'default')],
          access: accessWishes(flags),
          json: flags.output === 'json',
          stop: AbortSignal.any(stops),
        })
      }),
    )
  addExamples(terminal, command, ['muster up', 'muster up --port 0 --cluster eu us', 'muster up --output json'])
}
