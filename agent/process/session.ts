/** Sessions: the ends of a process that somebody talks to, over pipes of our own or through the keeper. */
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { Readable as ReadableStream } from 'node:stream'
import { ControlError } from '@muster/base/errors.ts'
import type { RunName, Session } from '../driver.ts'
import { dial } from './connection.ts'
import { bytesFrame, frameReader, messageFrame } from './frames.ts'
import type { SessionMessage } from './messages.ts'
import type { Tools } from './tools.ts'
import { allProcesses, descendants } from './trees.ts'

/** Starts a launch line as a session. Throws Invalid, with why, when its program cannot be run. */
export async function startSession(
  line: readonly string[],
  env: Readonly<Record<string, string>>,
  how: { readonly stdin: boolean; readonly terminal: boolean },
  tools: Tools,
): Promise<Session> {
  const [program = '', ...args] = line
  const child = spawn(program, args, {
    ...{ cwd: '/', env, detached: true },
    stdio: [how.stdin || how.terminal ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  const { stdin, stdout, stderr } = child
  const ended = new Promise<{ exitCode: number }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ exitCode: code ?? 128 + constants.signals[signal ?? 'SIGKILL'] }))
  })
  ended.catch(() => {})
  const word = await launcherWord(child.stdio[3])
  if (word !== 'started\n') {
    const why = word.replace(/^cannot \d+ /, '').trim()
    throw new ControlError('Invalid', why || 'the container has ended: nothing can be started in it')
  }
  stdin?.on('error', () => {})
  return {
    ...(how.stdin && stdin && { stdin: writer(stdin) }),
    stdout: readable(stdout),
    stderr: readable(stderr),
    resize: (size) => how.terminal && child.pid !== undefined && resizeTerminal(child.pid, size, tools),
    close() {
      stdout?.destroy()
      stderr?.destroy()
      stdin?.destroy()
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      try {
        // It leads a group of its own, which the process inside belongs to.
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    },
    ended,
  }
}

const readable = (stream: Readable | null): AsyncIterable<Uint8Array> => stream ?? ReadableStream.from([])

const writer = (stream: Writable): NonNullable<Session['stdin']> => ({
  write: (bytes) =>
    new Promise((resolve) => {
      // What ends meanwhile reads no more: that is no trouble of the writer.
      stream.write(bytes, () => resolve())
    }),
  end: () => void stream.end(),
})

async function launcherWord(stream: unknown): Promise<string> {
  if (!(stream instanceof ReadableStream)) return ''
  let word = ''
  for await (const piece of stream) {
    word += new TextDecoder().decode(piece)
    if (word === 'started\n') break
  }
  return word
}

/** Tells the terminal that a tree of processes has how large it is: the kernel tells the programs. */
export function resizeTerminal(
  pid: number,
  size: { readonly columns: number; readonly rows: number },
  { stty }: Tools,
): void {
  if (stty === undefined) return
  for (const { pid: one } of descendants(allProcesses(), pid).toReversed()) {
    const { status } = spawnSync(stty, ['-F', `/proc/${one}/fd/0`, 'rows', `${size.rows}`, 'cols', `${size.columns}`])
    if (status === 0) return
  }
}

/** Attaches to a run of the keeper that listens there. */
export async function attachSession(socketPath: string, run: RunName, resize: Session['resize']): Promise<Session> {
  const socket = await dial(socketPath)
  if (!socket) throw new ControlError('Unavailable', 'the keeper of this node has gone: ask again')
  const read = frameReader<SessionMessage>()
  const streams = { 1: new ReadableStream({ read: resume }), 2: new ReadableStream({ read: resume }) } as const
  const begun = Promise.withResolvers<boolean>()
  const ended = Promise.withResolvers<{ exitCode: number }>()
  ended.promise.catch(() => {})
  function resume(): void {
    socket?.resume()
  }
  function hear(message: SessionMessage): void {
    if ('attached' in message) begun.resolve(message.attached.stdin)
    if ('ended' in message) ended.resolve(message.ended)
    if ('failed' in message) begun.reject(new ControlError(message.failed.code, message.failed.message))
  }
  socket.on('data', (piece) => {
    for (const frame of read(piece)) {
      if (frame.kind === 'message') hear(frame.message)
      else if (frame.stream !== 0 && !streams[frame.stream].push(frame.bytes)) socket.pause()
    }
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const stream of Object.values(streams)) stream.push(null)
    begun.reject(new ControlError('Unavailable', 'the keeper of this node has gone: ask again'))
    ended.resolve({ exitCode: 0 })
  })
  socket.write(messageFrame({ ask: 'attach', run }))
  const hasStdin = await begun.promise
  return {
    ...(hasStdin && {
      stdin: {
        write: (bytes: Uint8Array) =>
          new Promise<void>((resolve) => {
            socket.write(bytesFrame(0, bytes), () => resolve())
          }),
        end: () => void socket.write(messageFrame({ stdin: 'ended' } satisfies SessionMessage)),
      },
    }),
    stdout: streams[1],
    stderr: streams[2],
    resize,
    close: () => void socket.destroy(),
    ended: ended.promise,
  }
}
