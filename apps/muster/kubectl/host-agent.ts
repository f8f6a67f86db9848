/** For tests: an agent whose containers are processes of this machine, without walls between them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { LogQuery, NodeAgent, Session } from '@muster/api/node-agent.ts'
import { instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { socketDuplex } from '@muster/base/socket-duplex.ts'

/** One line of a container's log. */
export interface LogLine {
  readonly at: string
  readonly text: string
}

/** The agent, and what its tests look at. */
export interface HostAgent extends NodeAgent {
  /** Lines that containers have written, by container; whoever adds to them makes the containers write. */
  readonly logs: Map<string, LogLine[]>
  readonly previousLogs: Map<string, LogLine[]>
  /** Sizes that terminals were given. */
  readonly sizes: { columns: number; rows: number }[]
  /** Bytes of standard input that processes have taken. */
  readonly taken: { bytes: number }
  /** How many processes run. */
  running(): number
  end(): void
}

/** An agent whose containers start in this directory. */
export function createHostAgent(directory: string): HostAgent {
  const children = new Set<ChildProcess>()
  const logs = new Map<string, LogLine[]>()
  const previousLogs = new Map<string, LogLine[]>()
  const sizes: { columns: number; rows: number }[] = []
  const taken = { bytes: 0 }

  const start = async (command: readonly string[], tty: boolean): Promise<Session> => {
    // The shell's own terminal stands in for that of a container.
    const [program = '', ...args] = tty ? ['script', '-qfec', command.map(quoted).join(' '), '/dev/null'] : command
    const child = spawn(program, args, {
      cwd: directory,
      stdio: 'pipe',
      detached: true,
      env: { PATH: process.env.PATH, TERM: 'dumb' },
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error) => reject(new ControlError('Invalid', error.message, error)))
    })
    children.add(child)
    const ended = new Promise<{ exitCode: number }>((resolve) => {
      child.once('close', (code, signal) => {
        children.delete(child)
        resolve({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 143) })
      })
    })
    const { stdin } = child
    const input = socketDuplex(Object.assign(stdin, { iterator: () => emptyStream() }))
    return {
      stdin: {
        async write(bytes) {
          await input.send(bytes)
          taken.bytes += bytes.length
        },
        end: () => stdin.end(),
      },
      stdout: child.stdout,
      stderr: child.stderr,
      resize: (size) => void sizes.push(size),
      close: () => kill(child),
      ended,
    }
  }

  return {
    logs,
    previousLogs,
    sizes,
    taken,
    running: () => children.size,
    end() {
      for (const child of children) kill(child)
    },
    exec: (place, command, { tty }) => {
      if (!logs.has(place.container)) throw new ControlError('NotFound', `container not found ("${place.container}")`)
      return start(command, tty)
    },
    attach: (_place, { tty }) => start(['sh', '-c', 'echo attached; cat'], tty),
    async log(place, { previous, ...query }, signal) {
      const lines = (previous ? previousLogs : logs).get(place.container)
      if (lines) return linesOf(lines, query, signal)
      const which = previous ? 'previous terminated container' : 'container'
      throw new ControlError('BadRequest', `${which} "${place.container}" in pod "${place.pod}" not found`)
    },
    async openPort(_podUid, port) {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', (cause) => reject(new ControlError('Unavailable', cause.message, cause)))
      })
      return socketDuplex(socket)
    },
    async usage() {
      const startedAt = instant(Date.now() - 60_000)
      const use = { at: instant(Date.now()), cpuNanoseconds: 9_000_000_000n, cpuNanocores: 250_000_000n }
      const container = { ...use, name: 'main', startedAt, memoryBytes: 64 * 1024 * 1024 }
      return {
        node: { ...use, cpuNanocores: 500_000_000n, memoryBytes: 1024 * 1024 * 1024, startedAt },
        pods: [{ namespace: 'default', name: 'web', uid: 'web', startedAt, containers: [container] }],
      }
    },
    pods: async () => [],
  }
}

/** With all that it has started. */
function kill({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

async function* linesOf(lines: readonly LogLine[], query: LogQuery, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { tailLines, sinceTime, limitBytes, timestamps, follow } = query
  const recent = lines.filter(({ at }) => sinceTime === undefined || Date.parse(at) >= sinceTime)
  let next = lines.length
  let left = limitBytes ?? Number.POSITIVE_INFINITY
  const say = (line: LogLine) => {
    const bytes = Buffer.from(`${timestamps ? `${line.at} ` : ''}${line.text}\n`).subarray(0, left)
    left -= bytes.length
    return bytes
  }
  for (const line of recent.slice(Math.max(0, recent.length - (tailLines ?? recent.length)))) yield say(line)
  while (follow && !signal.aborted && left > 0) {
    for (; next < lines.length; next++) {
      const line = lines[next]
      if (line) yield say(line)
    }
    await delay(10)
  }
}
