/** A control plane as a process of its own: for tests and tours, so that it can be stopped and killed like one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ControlError } from '@muster/base/errors.ts'
import { ownEntry } from '../workers.ts'

/** A control plane that answers. */
export interface ApiProcess {
  readonly url: string
  readonly kubeconfig: string
  readonly pid: number
  /** Ends the process in the middle of whatever it does. */
  kill(): Promise<void>
  /** Asks it to stop, and answers with its exit code. */
  stop(): Promise<number | null>
}

/** Starts one on a home of its own and a free port; throws Unavailable, with its last words, when it does not start. */
export const startApi = (home: string, ...flags: readonly string[]): Promise<ApiProcess> =>
  startPackaged(fileURLToPath(ownEntry), home, ...flags)

/** The same by another file that is Muster. */
export async function startPackaged(program: string, home: string, ...flags: readonly string[]): Promise<ApiProcess> {
  const argv = ['up', '--port', '0', '--output', 'json', '--until-stdin-ends', ...flags]
  const child = spawn(process.execPath, [program, ...argv], {
    env: { ...process.env, MUSTER_HOME: home },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  let lastWords = ''
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    lastWords = (lastWords + words).slice(-LAST_WORDS_MAX)
  })
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line').then(([first]) => String(first)), ended.then(() => undefined)])
  if (line === undefined) throw new ControlError('Unavailable', `the control plane did not start: ${lastWords}`)
  const { url, kubeconfig, pid } = JSON.parse(line) as { url: string; kubeconfig: string; pid: number }
  return {
    url,
    kubeconfig,
    pid,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

/** What is kept of its last words, in characters. */
const LAST_WORDS_MAX = 4_000
