/** `muster store tour`: what the store promises, played on a real server in a directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { interruption } from '../signals.ts'
import { openRemoteStore } from '../store-client/remote-store.ts'
import { type Text, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import { VERSION } from '../version.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { Stage, Step } from './stage.ts'
import { STEPS } from './steps.ts'

/** A step that takes longer has lost its way, even on a slow machine. */
const STEP_PATIENCE = seconds(60)

/** Plays the tour; exits 0 after PASS, 2 after FAIL, and leaves nothing behind. */
export async function storeTour(terminal: Terminal): Promise<ExitCode> {
  const clock = systemClock
  const interrupted = interruption()
  const began = clock.elapsed()
  const directory = await mkdtemp(join(tmpdir(), 'muster-tour-'))
  let server: ServerProcess | undefined
  let starting: Promise<ServerProcess> | undefined
  let over = false
  const running = (): ServerProcess => {
    if (server) return server
    throw new ControlError('Unavailable', 'no server runs')
  }
  const stage: Stage = {
    terminal,
    clock,
    random: systemRandom,
    store: () => openRemoteStore({ server: running().url, clock }),
    about: () => `${running().url}  ${running().engine}  ${directory}`,
    async start() {
      // A step that lost its race goes on unheard; it must not bring back what was cleaned up.
      if (over) throw new ControlError('Unavailable', 'the tour is over')
      starting = startServer(directory, clock)
      server = await starting
    },
    async kill() {
      await server?.kill()
      server = undefined
    },
  }
  const { bold, green, red } = terminal.data.colors
  const failed = (what: Text) => {
    terminal.data.line(`\n${bold(red('FAIL'))}`)
    return trouble('MUS0106', { what, next: ['muster store tour'] })
  }
  terminal.data.line(bold(`muster ${VERSION} · ${terminal.say(text('tour of the store', '存储演示'))}`))
  try {
    for (const [index, step] of STEPS.entries()) {
      const why = await playStep(stage, step, index + 1, interrupted)
      if (interrupted.aborted) return EXIT.interrupted
      if (why !== undefined) throw failed(text(`step ${index + 1} failed: ${why}`, `第 ${index + 1} 步失败：${why}`))
    }
    const code = await server?.stop()
    server = undefined
    if (code !== 0)
      throw failed(text(`the server did not stop cleanly: exit ${code}`, `服务器没有正常停止：退出码 ${code}`))
    const took = `${((clock.elapsed() - began) / 1000).toFixed(1)} s`
    const end = text(
      `${STEPS.length} of ${STEPS.length} steps in ${took}; nothing is left behind`,
      `${STEPS.length} / ${STEPS.length} 步，用时 ${took}；没有留下任何东西`,
    )
    terminal.data.line(`\n${bold(green('PASS'))}  ${terminal.say(end)}`)
    return EXIT.ok
  } finally {
    over = true
    await starting?.then(
      (started) => started.kill(),
      () => {},
    )
    await rm(directory, { recursive: true, force: true })
  }
}

/** Plays one step and prints what was seen; answers with why it failed, if it did. */
async function playStep(
  stage: Stage,
  step: Step,
  number: number,
  interrupted: AbortSignal,
): Promise<string | undefined> {
  const { terminal, clock } = stage
  const { data, glyphs, say } = terminal
  const { bold, cyan, dim, green, red } = data.colors
  const began = clock.elapsed()
  const head = () => `${number}  ${bold(say(step.title))}   ${dim(`${((clock.elapsed() - began) / 1000).toFixed(1)}s`)}`
  const stop = new AbortController()
  const tooLate = clock.sleep(STEP_PATIENCE, AbortSignal.any([stop.signal, interrupted])).then(() => {
    throw new ControlError('Timeout', `not done within ${STEP_PATIENCE / 1000} s`)
  })
  try {
    const lines = await Promise.race([step.play(stage), tooLate])
    data.line(`\n${green(glyphs.healthy)} ${head()}`)
    data.line(`     ${cyan(`$ ${step.command}`)}`)
    for (const line of lines) data.line(`     ${say(line)}`)
    return undefined
  } catch (error) {
    if (!interrupted.aborted) data.line(`\n${red(glyphs.failed)} ${head()}`)
    return error instanceof Error ? error.message : String(error)
  } finally {
    stop.abort()
    // The one that lost the race may still fail; nobody waits for it.
    tooLate.catch(() => {})
  }
}
