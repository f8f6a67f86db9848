/**
 * The first of a store's two locks: a socket that only one process can listen on. The other is the manifest's, which
 * SQLite holds; that one is lost when anybody in this process opens and closes the file by other means.
 */
import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ControlError } from '@muster/base/errors.ts'

/** Listens for this directory until closed. Throws StorageLocked, naming the process, when another one does. */
export async function lockDirectory(directory: string): Promise<Server> {
  const address = addressOf(realpathSync(directory))
  // Tells whoever comes second which process came first.
  const server = createServer((socket) => {
    // Whoever knocks and runs away is no trouble of ours.
    socket.on('error', () => socket.destroy())
    socket.end(`${process.pid}`)
  })
  server.unref()
  for (let attempt = 0; ; attempt++) {
    if (await listens(server, address)) return server
    const holder = await askHolder(address)
    if (holder !== undefined) {
      throw new ControlError('StorageLocked', `${directory} is in use by the process ${holder}: stop it first`)
    }
    // Nobody answers: on systems without abstract sockets, a file that a killed process has left.
    if (attempt > 0 || address.startsWith('\0')) {
      throw new ControlError(
        'StorageLocked',
        `${directory} cannot be locked: something holds ${JSON.stringify(address)}`,
      )
    }
    rmSync(address, { force: true })
  }
}

function addressOf(path: string): string {
  const name = `muster-store-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  switch (platform()) {
    case 'linux':
      // An abstract socket: it has no file, and goes with its process however that ends.
      return `\0${name}`
    case 'win32':
      return `\\\\.\\pipe\\${name}`
    default:
      return join(tmpdir(), `${name}.sock`)
  }
}

const listens = (server: Server, address: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error))
    server.once('error', failed)
    server.listen(address, () => {
      server.off('error', failed)
      resolve(true)
    })
  })

/** A holder that stands still, stopped or swapped out, says nothing: it holds the lock all the same. */
const HOLDER_ANSWERS_WITHIN_MS = 1000

const askHolder = (address: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    let said = ''
    const socket = connect(address)
    socket.setTimeout(HOLDER_ANSWERS_WITHIN_MS, () => {
      socket.destroy()
      resolve('that does not answer')
    })
    socket.on('data', (bytes) => {
      said += bytes.toString()
    })
    socket.on('end', () => resolve(said))
    socket.on('error', () => resolve(undefined))
  })
