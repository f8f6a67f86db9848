/** One run as its keeper has it: started, logged, attached to, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { type Clock, type Duration, milliseconds } from '@muster/base/clock.ts'
import type { Run, RunOrder, RunState } from '../driver.ts'
import { type ControlGroups, makeRunGroups } from './control-groups.ts'
import { endState } from './ending.ts'
import type { StreamNumber } from './frames.ts'
import { isLinux } from './identity.ts'
import { type Isolation, launchLine } from './launch.ts'
import { isEverywhere, listenersOf } from './listeners.ts'
import { type LogFiles, openLogFiles } from './log-files.ts'
import { lineWriter } from './log-lines.ts'
import { prepareOrder } from './prepare.ts'
import { directoryOf, logOf, writeRecord } from './records.ts'
import { markOf, runKey } from './run-key.ts'
import type { Tools } from './tools.ts'
import { allProcesses, childrenOf, descendants, endMarked } from './trees.ts'

/** What every run of a keeper shares. */
export interface Grounds {
  readonly directory: string
  readonly tools: Tools
  readonly isolation: Isolation
  readonly groups: ControlGroups
  readonly clock: Clock
  readonly logLimits: { readonly fileBytesMax: number; readonly filesMax: number }
  /** Told whenever the state of a run is another. */
  readonly changed: (run: Run) => void
}

/** Whoever listens to what a run says from now on. */
export interface Listener {
  readonly said: (stream: StreamNumber, bytes: Uint8Array) => void
  readonly ended: (exitCode: number) => void
}

/** A run that is kept. */
export interface KeptRun {
  run(): Run
  /** Resolves once it runs, or has ended. */
  readonly begun: Promise<void>
  /** Resolves once nothing of it is left and its log is whole. */
  readonly ended: Promise<void>
  stop(grace: Duration): Promise<void>
  listen(listener: Listener): () => void
  /** What writes to its standard input; undefined where it has none. */
  readonly input: ChildProcess['stdin']
}

/** How long the last words of a process may take to come through a pipe once all of it is gone. */
const LAST_WORDS_WITHIN = milliseconds(2000)

/** How long the first process of a namespace may take to see that the main one was killed. */
const KILLED_WITHIN = milliseconds(1000)

/** When it is looked where a program listens: soon, and once it must have begun to. */
const LISTENS_WITHIN = [milliseconds(2000), milliseconds(3000), milliseconds(7000)] as const

const everywhere = (port: number): Run['notHonoured'][number] => ({
  what: `port ${port} at $POD_IP`,
  why: `it listens at port ${port} of every address of this machine, so no other pod can; let it listen at $POD_IP`,
})

/** Starts a run. Throws Invalid when its order cannot be carried out on this machine. */
export function keepRun(order: RunOrder, grounds: Grounds): KeptRun {
  const { clock, isolation, tools } = grounds
  const folder = directoryOf(grounds.directory, order.run)
  const mark = markOf(grounds.directory, runKey(order.run))
  const startedAt = clock.now()
  const prepared = prepareOrder(order, grounds, folder, mark)
  const groups = makeRunGroups(grounds.groups, runKey(order.run), order.limits)
  const [program = '', ...args] = launchLine(tools, isolation, {
    ...{ command: order.command, workingDirectory: prepared.workingDirectory, env: prepared.env },
    ...{ terminal: prepared.terminal, fstab: prepared.mounting?.fstab, root: prepared.mounting?.root },
    ...{ hostname: order.pod.hostname, groups: groups.join, ...(prepared.user && { user: prepared.user }) },
  })
  mkdirSync(logOf(grounds.directory, order.run), { recursive: true })
  const log = openLogFiles(logOf(grounds.directory, order.run), grounds.logLimits, (lost) =>
    lineWriter('stderr').write(encode(`muster: ${lost} bytes of this log could not be written\n`), clock.now()),
  )
  const child = spawn(program, args, {
    ...{ cwd: '/', env: prepared.env, detached: true },
    stdio: [order.stdin || prepared.terminal ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  const listeners = new Set<Listener>()
  const over = new AbortController()
  let state: RunState = { state: 'running', startedAt, pid: child.pid ?? 0 }
  let { notHonoured } = prepared
  const run = (): Run => ({ run: order.run, pod: order.pod, state, notHonoured })
  const enter = (next: RunState): void => {
    state = next
    const { env, workingDirectory, user } = prepared
    try {
      const how = { env, workingDirectory, user, isolation, groups: groups.join }
      writeRecord(grounds.directory, { order, ...how, run: run() })
    } catch {
      // A full disk. This keeper knows; one after it would say that the state is unknown.
    }
    grounds.changed(run())
  }
  // Nobody reads what it is told once it is gone.
  child.stdin?.on('error', () => {})
  const begun = Promise.withResolvers<void>()
  let cannot: { code: number; why: string } | undefined
  const status = hearLauncher(child.stdio[3], (word) => {
    const [, code, why] = /^cannot (\d+) (.*)$/s.exec(word) ?? []
    if (code !== undefined && why !== undefined) cannot = { code: Number(code), why: why.trim() }
    if (word.trim() !== 'started') return
    enter({ state: 'running', startedAt, pid: firstInside(child.pid ?? 0, isolation) })
    begun.resolve()
    void lookForGreed()
  })
  /** A program that listens at every address takes its port from all other pods of the machine: that is to be known. */
  const lookForGreed = async (): Promise<void> => {
    if (order.ports === undefined || !isLinux) return
    for (const after of LISTENS_WITHIN) {
      await clock.sleep(after, over.signal).catch(() => {})
      if (state.state !== 'running') return
      const all = listenersOf(descendants(allProcesses(), state.pid).map(({ pid }) => pid))
      const greedy = [...new Set(all.filter(isEverywhere).map(({ port }) => port))]
      if (greedy.length === 0) continue
      notHonoured = [...prepared.notHonoured, ...greedy.map(everywhere)]
      return enter(state)
    }
  }
  const spoken = [
    speak(child.stdout, 'stdout', 1, { log, clock, listeners }),
    speak(child.stderr, 'stderr', 2, { log, clock, listeners }),
  ]

  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => {
      cannot = { code: 128, why: error.message }
      resolve({ code: 128, signal: null })
    })
  })
  const ended = (async () => {
    const exit = await exited
    over.abort()
    // The end of a namespace is the end of all in it; elsewhere somebody may be left.
    if (!isolation.namespaces) await endMarked(mark, clock)
    const patience = new AbortController()
    await Promise.race([
      Promise.all([...spoken, status]),
      clock.sleep(LAST_WORDS_WITHIN, patience.signal).catch(() => {}),
    ])
    patience.abort()
    for (const stream of child.stdio) stream?.destroy()
    log.close()
    const last = endState(order, startedAt, clock.now(), { ...exit, isOutOfMemory: groups.wasOutOfMemory() }, cannot)
    groups.remove()
    enter(last)
    begun.resolve()
    for (const listener of listeners) listener.ended(last.exitCode)
    listeners.clear()
  })()
  const signal = (name: NodeJS.Signals, whom: (launcher: number) => number): void => {
    // Until its exit is known here, a child's number is nobody else's.
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    try {
      process.kill(whom(child.pid), name)
    } catch {
      // It is ending.
    }
  }
  const first = (launcher: number) => firstInside(launcher, isolation)
  /** Whoever is asked to end: the first process passes it on; script would kill, so its program is asked itself. */
  const asked = (launcher: number): number => {
    if (!prepared.terminal) return first(launcher)
    const script = isolation.namespaces ? childrenOf(first(launcher))[0] : launcher
    return childrenOf(script ?? launcher)[0] ?? first(launcher)
  }
  /** Ends the main process, and all else by its end; whoever stands in the way of that is ended too. */
  const kill = async (): Promise<void> => {
    signal('SIGKILL', (launcher) => (isolation.namespaces && childrenOf(first(launcher))[0]) || first(launcher))
    const patience = new AbortController()
    await Promise.race([ended, clock.sleep(KILLED_WITHIN, patience.signal).catch(() => {})])
    patience.abort()
    signal('SIGKILL', first)
  }
  return {
    run,
    begun: begun.promise,
    ended,
    input: order.stdin ? child.stdin : null,
    async stop(grace) {
      // What is not there yet cannot be asked to end.
      void begun.promise.then(() => signal('SIGTERM', asked))
      const patience = new AbortController()
      const late = clock.sleep(grace, patience.signal).then(kill, () => {})
      await ended
      patience.abort()
      await late
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The number, as the machine counts, of the first process inside; of the launcher until there is one. */
export function firstInside(launcher: number, isolation: Isolation): number {
  if (!isolation.namespaces) return launcher
  const [child] = childrenOf(launcher)
  return child ?? launcher
}

/** Writes what a stream says into the log and to listeners; resolves when it says no more. */
function speak(
  stream: Readable | null,
  name: 'stdout' | 'stderr',
  number: StreamNumber,
  to: { readonly log: LogFiles; readonly clock: Clock; readonly listeners: ReadonlySet<Listener> },
): Promise<void> {
  const lines = lineWriter(name)
  return new Promise((resolve) => {
    stream?.on('data', (chunk: Uint8Array) => {
      to.log.append(lines.write(chunk, to.clock.now()))
      for (const { said } of to.listeners) said(number, chunk)
    })
    stream?.on('error', () => {})
    stream?.on('close', () => {
      to.log.append(lines.end(to.clock.now()))
      resolve()
    })
    if (!stream) resolve()
  })
}

/** Hands each line of the launcher's words on. */
function hearLauncher(stream: unknown, handle: (line: string) => void): Promise<void> {
  if (!(stream instanceof Readable)) return Promise.resolve()
  let text = ''
  return new Promise((resolve) => {
    stream.on('data', (chunk: Uint8Array) => {
      text += new TextDecoder().decode(chunk)
      if (text === 'started\n') handle(text)
    })
    stream.on('error', () => {})
    stream.on('close', () => {
      if (text !== 'started\n') handle(text)
      resolve()
    })
  })
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
