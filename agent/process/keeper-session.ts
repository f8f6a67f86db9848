/** Somebody attached to a run: what it says from now on goes to them, and what they say goes to it. */
import type { Socket } from 'node:net'
import { failure } from './failure.ts'
import { bytesFrame, type Frame, messageFrame } from './frames.ts'
import type { Keeper } from './keeper.ts'
import type { KeptRun } from './kept-run.ts'
import type { AttachRequest, FirstMessage, SessionMessage } from './messages.ts'

/** A session that has not read so much is closed: a run waits for nobody who looks on. */
export const UNREAD_BYTES_MAX = 4 * 1024 * 1024

/** Joins a socket to a run; gives what handles its frames. */
export function serveSession(
  socket: Socket,
  keeper: Keeper,
  { run: name }: AttachRequest,
): (frame: Frame<FirstMessage>) => void {
  const say = (message: SessionMessage) => socket.write(messageFrame(message))
  let run: KeptRun | undefined
  try {
    run = keeper.find(name)
  } catch (error) {
    say({ failed: failure(error) })
    socket.end()
    return () => {}
  }
  if (!run) {
    say({ failed: { code: 'Conflict', message: 'the container has ended: there is nothing to attach to' } })
    socket.end()
    return () => {}
  }
  const { input } = run
  say({ attached: { stdin: input !== null } })
  const leave = run.listen({
    said(stream, bytes) {
      if (socket.writableLength > UNREAD_BYTES_MAX) socket.destroy()
      else socket.write(bytesFrame(stream, bytes))
    },
    ended(exitCode) {
      say({ ended: { exitCode } })
      socket.end()
    },
  })
  socket.on('close', leave)
  return (frame) => {
    if (frame.kind === 'message') {
      if ('stdin' in frame.message) input?.end()
    } else if (frame.stream === 0 && input && !input.write(frame.bytes)) {
      // What the program does not read, the other end must not send.
      socket.pause()
      input.once('drain', () => socket.resume())
    }
  }
}
