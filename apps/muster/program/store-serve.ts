/** The command line of `muster store serve` and `muster store tour`. */
import { type Command, Option } from 'commander'
import { interruption } from '../signals.ts'
import { text } from '../terminal/language.ts'
import { portArgument } from './arguments.ts'
import { addExamples, type ProgramDeps } from './deps.ts'
import { outputOption } from './store-flags.ts'

interface ServeFlags {
  readonly directory?: string
  readonly port: number
  readonly listen: string
  readonly listenAnywhere?: true
  readonly memory?: true
  readonly untilStdinEnds?: true
  readonly output: 'table' | 'json'
}

/** Adds `serve`. */
export function addServe(store: Command, { terminal, run }: ProgramDeps): void {
  const { say } = terminal
  const command = store
    .command('serve')
    .description(say(text('open a store and serve it to this machine', '打开一个存储，并为本机提供服务')))
    .addOption(
      new Option(
        '--directory <path>',
        say(text('where the store is kept (default: ~/.muster/store)', '存储的目录（默认：~/.muster/store）')),
      ).conflicts('memory'),
    )
    .option(
      '--port <port>',
      say(text('port to listen on; 0 takes a free one', '监听的端口；0 表示空闲端口')),
      portArgument,
      7480,
    )
    .option('--listen <address>', say(text('address to listen on', '监听的地址')), '127.0.0.1')
    .option(
      '--listen-anywhere',
      say(text('let other machines in, though there is no authentication yet', '允许其他机器访问，尽管尚无身份认证')),
    )
    .option('--memory', say(text('keep nothing: a store for a try', '不保留任何内容：仅供试用')))
    .addOption(outputOption(say(text('form of the summary', '摘要的形式'))))
    .addOption(new Option('--until-stdin-ends', 'stop when standard input ends').hideHelp())
    .action((flags: ServeFlags) =>
      run(async () => {
        const { systemClock, systemRandom } = await import('@muster/base/system.ts')
        const { serve } = await import('../store-server/serve.ts')
        const { defaultDirectory } = await import('../store-server/open-engine.ts')
        const { endOfStdin } = await import('../stdin.ts')
        const stops = [interruption(), ...(flags.untilStdinEnds ? [endOfStdin()] : [])]
        return serve({
          terminal,
          clock: systemClock,
          random: systemRandom,
          place: flags.memory ? 'memory' : { directory: flags.directory ?? defaultDirectory() },
          wishes: { listen: flags.listen, port: flags.port, anywhere: flags.listenAnywhere ?? false },
          json: flags.output === 'json',
          stop: AbortSignal.any(stops),
        })
      }),
    )
  addExamples(terminal, command, [
    'muster store serve',
    'muster store serve --directory /tmp/try --port 0',
    'muster store serve --memory',
  ])
}

/** Adds `tour`. */
export function addStoreTour(store: Command, { terminal, run }: ProgramDeps): void {
  const command = store
    .command('tour')
    .description(
      terminal.say(
        text('see what the store promises, on a real one, in 20 seconds', '用 20 秒在真实的存储上观看它的承诺'),
      ),
    )
    .action(() => run(async () => (await import('../store-tour/tour.ts')).storeTour(terminal)))
  addExamples(terminal, command, ['muster store tour', 'muster store tour --lang zh'])
}
