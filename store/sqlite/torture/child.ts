/** A program of these tests as a process of its own: told what to do over IPC, heard through a pipe of lines. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** Where a child writes its lines: a pipe of its own, so that a line is out before the child's next step. */
export const LINES_FD = 4

/** Compiled sources, shared by every child: a start takes a third of the time. */
export const COMPILE_CACHE = join(tmpdir(), `muster-torture-${process.getuid?.() ?? 0}`)

/** A running child that says things of one type. */
export interface Child<Said> {
  readonly pid: number
  /** All that was heard so far, oldest first; complete once {@link Child.ended} resolves. */
  readonly heard: readonly Said[]
  tell(order: object): void
  /** The first thing said that fits, already or later. Rejects when the child ends before. */
  hear(fits: (said: Said) => boolean): Promise<Said>
  /** Kills it with -9, and resolves once it is gone and all it said has been heard. */
  kill(): Promise<void>
  /** Resolves with its exit code or signal once it is gone. */
  readonly ended: Promise<string>
}

/** Settings of {@link startChild}. */
export interface ChildOptions {
  /** A command that runs the program, such as `unshare -m`. */
  readonly under?: readonly string[]
}

/** Starts a program. The caller ends it. */
export function startChild<Said>(program: URL, { under = [] }: ChildOptions = {}): Child<Said> {
  const [command, ...rest] = [...under, process.execPath]
  const child = fork(program, {
    execPath: command ?? process.execPath,
    execArgv: rest,
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  })
  const heard: Said[] = []
  const waiting = new Set<() => void>()
  let gone: string | undefined
  let rest_ = ''
  linesOf(child).on('data', (bytes: string) => {
    const lines = (rest_ + bytes).split('\n')
    // A line that the kill has cut was never said.
    rest_ = lines.pop() ?? ''
    for (const line of lines) heard.push(JSON.parse(line))
    for (const look of [...waiting]) look()
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    gone = String(signal ?? code)
    for (const look of [...waiting]) look()
    return gone
  })
  return {
    pid: child.pid ?? 0,
    heard,
    tell: (order) => {
      child.send(order, () => undefined)
    },
    hear: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const said = heard.find(fits)
          if (said === undefined && gone === undefined) return
          waiting.delete(look)
          if (said !== undefined) resolve(said)
          else reject(new Error(`the child ended (${gone}) before it said so; last: ${JSON.stringify(heard.at(-1))}`))
        }
        waiting.add(look)
        look()
      }),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}

function linesOf(child: ChildProcess): Readable {
  const pipe = child.stdio[LINES_FD]
  if (!pipe || !('read' in pipe)) throw new Error('the child was started without a pipe for its lines')
  return pipe.setEncoding('utf8')
}
