/** `muster store tour`: what the store promises, played on a real server in a directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import type { ExitCode } from '../exit-codes.ts'
import { interruption } from '../signals.ts'
import { openRemoteStore } from '../store-client/remote-store.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { playSteps } from '../tour/play.ts'
import { VERSION } from '../version.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { Stage } from './stage.ts'
import { STEPS } from './steps.ts'

/** Plays the tour; exits 0 after PASS, 2 after FAIL, and leaves nothing behind. */
export async function storeTour(terminal: Terminal): Promise<ExitCode> {
  const clock = systemClock
  const interrupted = interruption()
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
  const end = async () => {
    const code = await server?.stop()
    server = undefined
    if (code !== 0) throw new ControlError('Internal', `the server did not stop cleanly: exit ${code}`)
  }
  const title = text(`muster ${VERSION} · tour of the store`, `muster ${VERSION} · 存储演示`)
  try {
    return await playSteps({
      title,
      again: 'muster store tour',
      steps: STEPS,
      stage,
      terminal,
      clock,
      interrupted,
      end,
    })
  } finally {
    over = true
    await starting?.then(
      (started) => started.kill(),
      () => {},
    )
    await rm(directory, { recursive: true, force: true })
  }
}
