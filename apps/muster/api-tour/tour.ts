/** The tour of the API: what it promises, played on a control plane in a home of its own, over HTTPS. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { type ApiProcess, startApi } from '../api-server/api-process.ts'
import type { ExitCode } from '../exit-codes.ts'
import { interruption } from '../signals.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { playSteps } from '../tour/play.ts'
import { VERSION } from '../version.ts'
import { connectBy, type Stage } from './stage.ts'
import { STEPS } from './steps.ts'

interface Running extends Awaited<ReturnType<typeof connectBy>> {
  readonly process: ApiProcess
  readonly tookMs: number
}

/** Plays the tour, and leaves nothing behind. */
export async function apiTour(terminal: Terminal): Promise<ExitCode> {
  const clock = systemClock
  const home = await mkdtemp(join(tmpdir(), 'muster-tour-'))
  let over = false
  let running: Running | undefined
  const now = (): Running => {
    if (running) return running
    throw new ControlError('Unavailable', 'no control plane runs')
  }
  const leave = async (how: 'stop' | 'kill') => {
    const ending = running
    running = undefined
    ending?.connection.close()
    return ending?.process[how]()
  }
  const stage: Stage = {
    clock,
    client: () => now().client,
    about: () => ({ url: now().process.url, kubeconfig: now().process.kubeconfig, tookMs: now().tookMs }),
    async start() {
      const began = clock.elapsed()
      const process = await startApi(home)
      running = { process, tookMs: clock.elapsed() - began, ...(await connectBy(process.kubeconfig, clock)) }
      // A step that lost its race goes on unheard; it must not bring back what was cleaned up.
      if (over) await leave('kill')
    },
    async kill() {
      await leave('kill')
    },
  }
  const end = async () => {
    const code = await leave('stop')
    if (code !== 0) throw new ControlError('Internal', `the control plane did not stop cleanly: exit ${code}`)
  }
  const title = text(`muster ${VERSION} · tour of the Kubernetes API`, `muster ${VERSION} · Kubernetes API 演示`)
  const interrupted = interruption()
  try {
    return await playSteps({ title, again: 'muster tour 0', steps: STEPS, stage, terminal, clock, interrupted, end })
  } finally {
    over = true
    await leave('kill')
    await rm(home, { recursive: true, force: true })
  }
}
