/** A driver's connection to its keeper: requests and their answers. */
import { connect, type Socket } from 'node:net'
import { ControlError } from '@muster/base/errors.ts'
import type { Run } from '../driver.ts'
import { frameReader, messageFrame } from './frames.ts'
import { type Answer, type Hello, PROTOCOL, type Request } from './messages.ts'

/** What a request is without its number. */
export type Ask = Request extends infer One ? (One extends Request ? Omit<One, 'id'> : never) : never

/** A keeper that answers. */
export interface Connection {
  readonly hello: Hello
  /** Throws the keeper's error, or Unavailable when the keeper goes before it has answered. */
  ask(what: Ask): Promise<Exclude<Answer, { changed: Run } | { failed: unknown }>>
  close(): void
  /** Resolves once it is closed, by whomever. */
  readonly gone: Promise<void>
}

/** Connects, and hears of every run and then of every change; undefined when nobody listens there. Throws Unavailable for a keeper that speaks otherwise. */
export async function connectKeeper(
  socketPath: string,
  handle: { readonly changed: (run: Run) => void; readonly gone: () => void },
): Promise<Connection | undefined> {
  const socket = await dial(socketPath)
  if (!socket) return undefined
  const waiting = new Map<number, PromiseWithResolvers<Exclude<Answer, { changed: Run }>>>()
  const read = frameReader<Answer>()
  const gone = Promise.withResolvers<void>()
  let asked = 0
  let welcomed = false
  socket.on('data', (piece) => {
    for (const frame of read(piece)) {
      if (frame.kind !== 'message') continue
      const answer = frame.message
      // Here, in the order of their coming: whoever awaits an answer is told of it after what came behind it.
      if ('hello' in answer) answer.hello.runs.map(handle.changed)
      if ('changed' in answer) handle.changed(answer.changed)
      else waiting.get(answer.id)?.resolve(answer)
    }
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    const error = new ControlError('Unavailable', 'the keeper of this node has gone: ask again')
    for (const { reject } of waiting.values()) reject(error)
    if (welcomed) handle.gone()
    gone.resolve()
  })
  const ask: Connection['ask'] = async (what) => {
    asked += 1
    const id = asked
    const answered = Promise.withResolvers<Exclude<Answer, { changed: Run }>>()
    if (socket.destroyed) throw new ControlError('Unavailable', 'the keeper of this node has gone: ask again')
    waiting.set(id, answered)
    socket.write(messageFrame({ ...what, id }))
    try {
      const answer = await answered.promise
      if ('failed' in answer) throw new ControlError(answer.failed.code, answer.failed.message)
      return answer
    } finally {
      waiting.delete(id)
    }
  }
  const answer = await ask({ ask: 'hello' }).catch(() => undefined)
  // It listened, and was about to end.
  if (!answer) return undefined
  if (!('hello' in answer) || answer.hello.protocol !== PROTOCOL) {
    socket.destroy()
    const pid = 'hello' in answer ? ` (process ${answer.hello.pid})` : ''
    throw new ControlError(
      'Unavailable',
      `the keeper of this node${pid} is of another version: stop it, and start again`,
    )
  }
  welcomed = true
  return { hello: answer.hello, ask, close: () => void socket.destroy(), gone: gone.promise }
}

/** A connected socket; undefined when nobody listens there. */
export const dial = (path: string): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
