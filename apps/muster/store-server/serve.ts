/** `muster store serve`: a store, open to the programs of this machine until it is told to stop. */
import type { Clock } from '@muster/base/clock.ts'
import { lineLogger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { StoreStatus } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { sizeOf } from '../store-commands/status.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { VERSION } from '../version.ts'
import { checkListen, type ListenWishes, listen } from './listen.ts'
import { openEngine, type Place } from './open-engine.ts'

/** What to serve, where, and until when. */
export interface ServeDeps {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly random: Random
  readonly place: Place
  readonly wishes: ListenWishes
  /** The summary as one line of JSON. */
  readonly json: boolean
  /** Aborts when the server shall stop. */
  readonly stop: AbortSignal
}

/** The port of the store server when none is named. */
export const DEFAULT_PORT = 7480

/** Serves until told to stop, then closes cleanly: everything acknowledged is durable, every watch is told. */
export async function serve({ terminal, clock, random, place, wishes, json, stop }: ServeDeps): Promise<ExitCode> {
  checkListen(wishes)
  const log = lineLogger({ clock, level: 'warn', write: (line) => terminal.notes.line(line) })
  const began = clock.elapsed()
  const store = await openEngine(place, { clock, random, log })
  const listening = await listen({ store, clock }, wishes, log).catch(async (error) => {
    await store.close()
    throw error
  })
  const { url } = listening
  const status = await store.status()
  if (json) terminal.data.line(JSON.stringify({ url, id: status.id, engine: status.engine, place, pid: process.pid }))
  else printSummary(terminal, { url, status, place, wishes, tookMs: clock.elapsed() - began })
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  await listening.stop()
  const where =
    place === 'memory'
      ? text('nothing was kept', '没有保留任何内容')
      : text(`all is in ${place.directory}`, `全部内容位于 ${place.directory}`)
  if (!json) terminal.notes.line(terminal.say(text(`stopped; ${where.en}`, `已停止；${where.zh}`)))
  return EXIT.ok
}

interface Summary {
  readonly url: string
  readonly status: StoreStatus
  readonly place: Place
  readonly wishes: ListenWishes
  readonly tookMs: number
}

function printSummary(terminal: Terminal, { url, status, place, wishes, tookMs }: Summary): void {
  const { data, glyphs, say } = terminal
  const { bold, green, yellow, cyan } = data.colors
  const where = place === 'memory' ? say(text('memory: nothing is kept', '内存：不会保留')) : place.directory
  const size = `revision ${status.head}, ${status.keys} keys, ${sizeOf(status.fileBytes)}`
  data.line(bold(`muster ${VERSION} · Node ${process.versions.node}`))
  data.line(
    `  ${green(glyphs.healthy)} ${say(text('store ', '存储'))}    ${where}   ${status.engine}, ${size}   ${(tookMs / 1000).toFixed(1)}s`,
  )
  data.line(`  ${green(glyphs.healthy)} ${say(text('server', '服务'))}    ${url}`)
  const warning = wishes.anywhere
    ? text(
        'no authentication yet: whoever reaches this address can read and write everything',
        '尚无身份认证：任何能访问该地址的人都可以读写全部数据',
      )
    : text(
        'no authentication yet: every program of this machine may read and write',
        '尚无身份认证：本机上的任何程序都可以读写',
      )
  data.line(`  ${yellow(glyphs.degraded)} ${say(warning)}`)
  data.line('')
  const commands = [
    [`muster store put greeting hello --reason "first try"`, text('write, with a reason', '写入，并说明原因')],
    ['muster store put greeting hi --reason "shorter"', text('change it', '修改')],
    ['muster store history greeting', text('who, when, why, what', '谁、何时、为何、改了什么')],
    ['muster store watch ""', text('follow every change', '跟踪所有变化')],
    ['muster store tour', text('see what it promises, in 20 seconds', '20 秒看完它的承诺')],
  ] as const
  // Another port than the usual one is told to the next commands by the variable that they all read.
  if (!url.endsWith(`:${DEFAULT_PORT}`)) data.line(`  ${cyan(`export MUSTER_STORE=${url}`)}`)
  data.line(`  ${say(text('In another terminal:', '在另一个终端中：'))}`)
  for (const [command, what] of commands) data.line(`    ${cyan(terminal.command(command).padEnd(66))} ${say(what)}`)
  data.line(
    `    ${cyan(`curl -s ${url}/v1/range?prefix=`.padEnd(66))} ${say(text('the same over HTTP', '同样可用 HTTP'))}`,
  )
  data.line(`  ${say(text('Ctrl-C stops it.', 'Ctrl-C 停止。'))}`)
}
