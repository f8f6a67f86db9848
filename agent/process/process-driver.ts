/**
 * The driver whose containers are processes of the host. It starts a keeper when the first run comes, and tells it
 * what to do; the keeper outlives it. Whatever the keeper was told is found again by the next driver of the directory.
 */
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { type Clock, type Duration, minutes } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Driver, Run, RunName } from '../driver.ts'
import { keeperAddress } from './address.ts'
import { type Ask, type Connection, connectKeeper } from './connection.ts'
import type { Guarantees } from './guarantees.ts'
import { enterLine } from './launch.ts'
import { LOG_LIMITS } from './log-files.ts'
import { readLog } from './log-reader.ts'
import type { KeeperSettings } from './messages.ts'
import { logOf, readRecord, runsIn } from './records.ts'
import { runKey } from './run-key.ts'
import { attachSession, resizeTerminal, startSession } from './session.ts'
import { type KeeperProgram, startKeeper } from './start-keeper.ts'
import { findTools } from './tools.ts'
import { usageOf } from './usage.ts'

/** What a process driver is made of. */
export interface ProcessDriverSettings {
  /** The state directory of the node. Made when absent; nobody else writes there. */
  readonly directory: string
  readonly keeper: KeeperProgram
  readonly clock: Clock
  /** How long a keeper waits for an agent before it ends every run and itself. Default: 5 minutes. */
  readonly aloneMax?: Duration
  /** False to do without namespaces where the machine has them. Default: true. */
  readonly namespaces?: boolean
  /** Default: as kubelet has it, 5 files of 10 MiB. */
  readonly logLimits?: { readonly fileBytesMax: number; readonly filesMax: number }
}

/** Runs containers as processes of the host. */
export interface ProcessDriver extends Driver {
  readonly name: 'process'
  /** What this machine lets the driver promise. Starts the keeper. */
  guarantees(): Promise<Guarantees>
  /** Stops every run, each with this grace, and the keeper. Resolves once nothing is left. */
  end(grace: Duration): Promise<void>
}

/** Opens the driver of a directory; finds the keeper that has it, if there is one. */
export async function openProcessDriver(settings: ProcessDriverSettings): Promise<ProcessDriver> {
  const { clock } = settings
  mkdirSync(settings.directory, { recursive: true, mode: 0o700 })
  const directory = realpathSync(settings.directory)
  const address = keeperAddress(directory)
  const limits = settings.logLimits ?? LOG_LIMITS
  const keeperSettings: KeeperSettings = {
    ...{ directory, ...address, aloneMaxMs: settings.aloneMax ?? minutes(5), namespaces: settings.namespaces ?? true },
    ...{ logFileBytesMax: limits.fileBytesMax, logFilesMax: limits.filesMax },
  }
  const tools = findTools()
  const handlers = new Set<(run: Run) => void>()
  /** The runs as last heard of. */
  const known = new Map<string, Run>()
  let connection: Promise<Connection> | undefined
  let closed = false

  const hear = (run: Run): void => {
    const key = runKey(run.run)
    if (JSON.stringify(known.get(key)) === JSON.stringify(run)) return
    known.set(key, run)
    for (const handle of handlers) handle(run)
  }

  const reach = () => connectKeeper(address.socket, { changed: hear, gone: lost })

  function lost(): void {
    connection = undefined
    // What it kept has ended with it, and whoever listens is to be told so: by its successor.
    if (!closed && [...known.values()].some(({ state }) => state.state === 'running')) connected().catch(() => {})
  }

  function connected(): Promise<Connection> {
    if (closed) return Promise.reject(new ControlError('Unavailable', 'this driver is closed'))
    connection ??= (async () => {
      const made = (await reach()) ?? (await startKeeper(settings.keeper, keeperSettings, clock, reach))
      if (closed) made.close()
      return made
    })()
    connection.catch(() => {
      connection = undefined
    })
    return connection
  }

  const ask = async (what: Ask) => (await connected()).ask(what)

  const hasRuns = (): boolean => existsSync(runsIn(directory)) && readdirSync(runsIn(directory)).length > 0

  function mustBeRunning(name: RunName): Run & { state: { state: 'running' } } {
    const run = known.get(runKey(name))
    if (!run) throw new ControlError('NotFound', `there is no run ${runKey(name)} on this node`)
    const { state } = run
    if (state.state !== 'running') throw new ControlError('Conflict', `the container ${name.container} has ended`)
    return { ...run, state }
  }

  const found = await reach()
  if (found) connection = Promise.resolve(found)

  return {
    name: 'process',
    async runs() {
      if (connection || hasRuns()) await connected()
      return [...known.values()]
    },
    async start(order) {
      if (order.command.length === 0) throw new ControlError('Invalid', `${runKey(order.run)}: its command is empty`)
      const answer = await ask({ ask: 'start', order })
      if (!('run' in answer)) throw new ControlError('Internal', 'the keeper answered something else')
      // What became of it meanwhile has been heard already.
      return known.get(runKey(order.run)) ?? answer.run
    },
    async stop(run, grace) {
      await ask({ ask: 'stop', run, graceMs: grace })
    },
    async forget(run) {
      await ask({ ask: 'forget', run })
      known.delete(runKey(run))
    },
    onChange(handler, signal) {
      if (signal.aborted) return
      handlers.add(handler)
      signal.addEventListener('abort', () => handlers.delete(handler), { once: true })
    },
    async exec(name, command, how) {
      await connected()
      const { state } = mustBeRunning(name)
      const record = readRecord(directory, name)
      if (!record) throw new ControlError('NotFound', `there is no record of the run ${runKey(name)} on this node`)
      const { env, workingDirectory, isolation, groups = [], user } = record
      const terminal = how.tty && tools.script !== undefined
      const launch = { command, env, workingDirectory, terminal, groups, ...(user && { user }) }
      return startSession(enterLine(tools, isolation, state.pid, launch), env, { stdin: how.stdin, terminal }, tools)
    },
    async attach(name) {
      await connected()
      const { state } = mustBeRunning(name)
      return attachSession(address.socket, name, (size) => resizeTerminal(state.pid, size, tools))
    },
    async *log(name, query, signal) {
      if (connection || hasRuns()) await connected()
      const key = runKey(name)
      if (!known.has(key)) throw new ControlError('NotFound', `there is no run ${key} on this node`)
      const end = {
        reached: () => known.get(key)?.state.state !== 'running',
        onChange: (handler: () => void, until: AbortSignal) => {
          if (until.aborted) return
          handlers.add(handler)
          until.addEventListener('abort', () => handlers.delete(handler), { once: true })
        },
      }
      yield* readLog(logOf(directory, name), query, end, clock, signal)
    },
    async usage(name) {
      const state = known.get(runKey(name))?.state
      return state?.state === 'running' ? usageOf(state.pid) : undefined
    },
    async guarantees() {
      return (await connected()).hello.guarantees
    },
    async end(grace) {
      if (connection || hasRuns()) {
        const last = await connected()
        closed = true
        await last.ask({ ask: 'end', graceMs: grace })
        await last.gone
      }
      closed = true
    },
    async close() {
      closed = true
      const open = await connection?.catch(() => undefined)
      open?.close()
    },
  }
}
