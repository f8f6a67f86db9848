/** The command line of `muster up`. */
import { type Command, Option } from 'commander'
import { DEMO_MEMBERS } from '../fleet/members.ts'
import { hadRanges } from '../fleet/ranges.ts'
import { interruption } from '../signals.ts'
import { text } from '../terminal/language.ts'
import { type AccessFlags, accessWishes, addAccessFlags } from './access-flags.ts'
import { portArgument } from './arguments.ts'
import { type AuditFlags, addAuditFlags, auditWishes } from './audit-flags.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { partsFor } from './parts.ts'
import { placeFor } from './place.ts'
import { outputOption } from './store-flags.ts'

interface UpFlags extends AuditFlags, AccessFlags {
  readonly port?: number
  readonly listen: string
  readonly cluster: readonly string[]
  readonly detach?: true
  readonly demo?: true
  readonly logFile?: string
  readonly untilStdinEnds?: true
  readonly output: 'table' | 'json'
}

/** Adds `up`. */
export function addUp(parent: Command, deps: ProgramDeps): void {
  const { terminal, run } = deps
  const { say } = terminal
  const command = parent
    .command('up')
    .description(
      say(
        text(
          'start a control plane on this machine; started twice, there is still one',
          '在本机启动一个控制平面；重复启动也只有一个',
        ),
      ),
    )
    .option('-d, --detach', say(text('in the background; muster down stops it', '在后台运行；用 muster down 停止')))
    .option(
      '--demo',
      say(
        text(
          'with three member clusters on this machine, and a shop of eight small services in one of them',
          '附带本机上的三个成员集群，其中一个运行由八个小服务组成的示例商店',
        ),
      ),
    )
    .option(
      '--port <port>',
      say(
        text(
          'port of the API (default: that of the last time, or 6443, or a free one when those are taken)',
          'API 端口（默认：上次的端口或 6443，被占用时取空闲端口）',
        ),
      ),
      portArgument,
    )
    .option('--listen <address>', say(text('address to listen on', '监听的地址')), '127.0.0.1')
    .option('--cluster <names...>', say(text('logical clusters besides default', '除 default 外的逻辑集群')), [])
    .addOption(outputOption(say(text('form of the summary', '摘要的形式'))))
  addAuditFlags(addAccessFlags(command, terminal), terminal)
  command
    .addOption(new Option('--log-file <file>', 'where the output of this process goes').hideHelp())
    .addOption(new Option('--until-stdin-ends', 'stop when standard input ends').hideHelp())
    .action((flags: UpFlags, self: Command) =>
      run(async () => {
        const place = placeFor(deps, self)
        const json = flags.output === 'json'
        const demo = flags.demo ?? false
        const members = demo || (await hadRanges(place)) ? DEMO_MEMBERS : []
        const parts = await partsFor({ demo, members })
        if (flags.detach) {
          const { detach } = await import('../control-plane/detach.ts')
          return detach({ terminal, place, parts, argv: deps.argv, json })
        }
        const { systemClock, systemRandom } = await import('@muster/base/system.ts')
        const { up } = await import('../control-plane/up.ts')
        const { endOfStdin } = await import('../stdin.ts')
        const audit = auditWishes(flags, place.directory)
        const stops = [interruption(), ...(flags.untilStdinEnds ? [endOfStdin()] : [])]
        return up({
          terminal,
          clock: systemClock,
          random: systemRandom,
          place,
          ...(audit ? { audit } : {}),
          host: flags.listen,
          ...(flags.port === undefined ? {} : { port: flags.port }),
          clusters: [...new Set(['default', ...members.map(({ cluster }) => cluster), ...flags.cluster])],
          members: members.map(({ cluster }) => cluster),
          access: accessWishes(flags),
          parts,
          ...(flags.logFile ? { log: flags.logFile } : {}),
          json,
          stop: AbortSignal.any(stops),
        })
      }),
    )
  addExamples(terminal, command, [
    'muster up',
    'muster up --detach --demo',
    'muster up --port 0 --cluster eu us',
    'muster up --output json',
  ])
}
