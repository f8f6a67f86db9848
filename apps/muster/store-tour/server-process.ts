/** A store server as a process of its own, so that it can be killed like one. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { parseFields } from '../store-api/fields.ts'
import { ownEntry } from '../workers.ts'

/** A server that answers. */
export interface ServerProcess {
  readonly url: string
  readonly storeId: string
  readonly engine: string
  /** Ends the process in the middle of whatever it does, as a power cut would. */
  kill(): Promise<void>
  /** Asks it to stop, and answers with its exit code; undefined when it had to be killed. */
  stop(): Promise<number | undefined>
}

/** How long a server may take to start or to stop. */
const PATIENCE = seconds(15)

/** What is kept of the server's last words, in characters. */
const LAST_WORDS_MAX = 2_000

/** Starts a server on a directory, and a free port unless one is named; throws Unavailable, with its last words, when it does not start. */
export async function startServer(directory: string, clock: Clock, port = 0): Promise<ServerProcess> {
  const flags = ['--directory', directory, '--port', String(port), '--output', 'json', '--until-stdin-ends']
  // Its stdin is a pipe of ours: should we be killed, the pipe closes and the server leaves too.
  const child = spawn(process.execPath, [fileURLToPath(ownEntry), 'store', 'serve', ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const fields = parseFields(Buffer.from(await firstLine(child, ended, clock)))
  child.stdout.resume()
  return {
    url: fields.text('url'),
    storeId: fields.text('id'),
    engine: fields.text('engine'),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      const late = new AbortController()
      clock.sleep(PATIENCE, late.signal).then(
        () => child.kill('SIGKILL'),
        () => {},
      )
      await ended
      late.abort()
      return child.exitCode ?? undefined
    },
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** The line that the server prints once it listens. */
async function firstLine(child: Child, ended: Promise<unknown>, clock: Clock): Promise<string> {
  let lastWords = ''
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    lastWords = (lastWords + words).slice(-LAST_WORDS_MAX)
  })
  const stop = new AbortController()
  const line = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (words: string) => {
      said += words
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')))
    })
  })
  const tooLate = clock.sleep(PATIENCE, stop.signal).then(
    () => undefined,
    () => undefined,
  )
  const found = await Promise.race([line, ended.then(() => undefined), tooLate])
  stop.abort()
  if (found !== undefined) return found
  child.kill('SIGKILL')
  throw new ControlError('Unavailable', `the store server did not start: ${lastWords.trim() || 'it said nothing'}`)
}
