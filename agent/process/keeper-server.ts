/** A keeper behind a socket: requests in order of their coming, sessions, and what happens when nobody is there. */
import type { Socket } from 'node:net'
import { type Clock, type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import type { Run } from '../driver.ts'
import { failure } from './failure.ts'
import { type Frame, frameReader, messageFrame } from './frames.ts'
import { type Keeper, openKeeper } from './keeper.ts'
import { serveSession } from './keeper-session.ts'
import { type Answer, type FirstMessage, type KeeperSettings, PROTOCOL, type Request } from './messages.ts'

/** What a run is given to end when nobody was there for too long. */
const ALONE_GRACE = seconds(10)

/** Answers connections until it leaves. */
export interface KeeperServer {
  accept(socket: Socket): void
  /** Ends every run, then leaves. */
  end(grace: Duration): Promise<void>
}

/** Opens the keeper of a directory. `leave` is called once, when nothing is left to keep. */
export async function serveKeeper(settings: KeeperSettings, clock: Clock, leave: () => void): Promise<KeeperServer> {
  const drivers = new Set<Socket>()
  const tell = (answer: Answer) => {
    for (const socket of drivers) socket.write(messageFrame(answer))
  }
  const keeper = await openKeeper({
    ...{
      directory: settings.directory,
      clock,
      namespaces: settings.namespaces,
      changed: (changed: Run) => tell({ changed }),
    },
    logLimits: { fileBytesMax: settings.logFileBytesMax, filesMax: settings.logFilesMax },
  })
  const end = async (grace: Duration): Promise<void> => {
    await keeper.end(grace)
    leave()
  }
  let company = new AbortController()
  const alone = (): void => {
    company = new AbortController()
    clock.sleep(milliseconds(settings.aloneMaxMs), company.signal).then(
      () => end(ALONE_GRACE),
      () => {},
    )
  }
  alone()

  function drive(socket: Socket): (frame: Frame<FirstMessage>) => void {
    drivers.add(socket)
    company.abort()
    socket.on('close', () => {
      drivers.delete(socket)
      if (drivers.size === 0) alone()
    })
    return (frame) => {
      if (frame.kind !== 'message' || !('id' in frame.message)) return
      const request = frame.message
      const answer = (said: Answer) => void socket.write(messageFrame(said))
      obey(keeper, request).then(answer, (error) => answer({ id: request.id, failed: failure(error) }))
      if (request.ask === 'end') void end(milliseconds(request.graceMs))
    }
  }

  const begin = (socket: Socket, first: Frame<FirstMessage>) =>
    first.kind === 'message' && 'ask' in first.message && first.message.ask === 'attach'
      ? serveSession(socket, keeper, first.message)
      : drive(socket)

  return {
    end,
    accept(socket) {
      const read = frameReader<FirstMessage>()
      let handle: ((frame: Frame<FirstMessage>) => void) | undefined
      // Whoever goes without a word is gone all the same.
      socket.on('error', () => socket.destroy())
      socket.on('data', (piece) => {
        try {
          for (const frame of read(piece)) {
            handle ??= begin(socket, frame)
            handle(frame)
          }
        } catch {
          socket.destroy()
        }
      })
    },
  }
}

async function obey(keeper: Keeper, request: Request): Promise<Answer> {
  const { id } = request
  switch (request.ask) {
    case 'hello':
      return {
        id,
        hello: { protocol: PROTOCOL, pid: process.pid, guarantees: keeper.guarantees, runs: keeper.runs() },
      }
    case 'start':
      return { id, run: await keeper.start(request.order) }
    case 'stop':
      await keeper.stop(request.run, milliseconds(request.graceMs))
      return { id, done: true }
    case 'forget':
      keeper.forget(request.run)
      return { id, done: true }
    case 'end':
      return { id, done: true }
    default:
      return request satisfies never
  }
}
