/**
 * A server as the reader's own kubectl reaches it: `kubectl proxy`, on a socket that this user alone can open. Every
 * login and proxy works as it does there, many questions go over one process, and watches stay open.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '@muster/client/http/connection.ts'
import { connectToSocket } from './socket-connection.ts'

/** Starts it. Resolves once it serves; rejects with what kubectl says when it ends before. `close` ends it. */
export async function openProxy(
  program: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Connection> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-kubectl-'))
  const socket = join(folder, 'api')
  // A server may be below a path, as each logical cluster of Muster is.
  const words = [...flags, 'proxy', `--unix-socket=${socket}`, '--append-server-path']
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const tidyUp = () => rm(folder, { recursive: true, force: true })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exit) => reject(new Error(said.trim() || `kubectl proxy ended with ${exit}`)))
      child.stdout.once('data', () => resolve())
    })
  } catch (error) {
    await tidyUp()
    throw error
  }
  const { send, close } = connectToSocket(socket)
  return {
    send,
    close() {
      close()
      child.kill()
      void tidyUp()
    },
  }
}
