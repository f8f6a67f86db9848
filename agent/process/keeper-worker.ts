/**
 * The program of a keeper. It is started with its settings on standard input, listens, and ends when it is told to,
 * when another keeper has its directory, or when nobody was there for too long. In the background it outlives whoever
 * started it.
 */
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { seconds } from '@muster/base/clock.ts'
import { systemClock as clock } from '@muster/base/system.ts'
import { serveKeeper } from './keeper-server.ts'
import type { KeeperSettings } from './messages.ts'

/** What a run is given to end when its keeper ends and nobody said how long. */
const GRACE = seconds(10)

const settings: KeeperSettings = JSON.parse(readFileSync(0, 'utf8'))

if (await takeLock(settings.lock)) {
  const server = await serveKeeper(settings, clock, leave)
  process.on('SIGHUP', () => {})
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void server.end(GRACE))
  rmSync(settings.socket, { force: true })
  createServer((socket: Socket) => server.accept(socket)).listen(settings.socket)
}

function leave(): void {
  rmSync(settings.socket, { force: true })
  process.exit(0)
}

/** False when another process has it. */
function takeLock(name: string | undefined): Promise<boolean> {
  if (name === undefined) return Promise.resolve(true)
  const lock: Server = createServer((socket) => socket.destroy())
  return new Promise((resolve) => {
    lock.once('error', () => resolve(false))
    lock.listen(name, () => resolve(true))
  })
}
