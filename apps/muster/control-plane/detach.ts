/** `muster up --detach`: the same `up` as a process that stays when this one goes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { ownEntry } from '../workers.ts'
import { findRunning, type RunFile } from './run-file.ts'
import { printHead, printNext, summaryJson } from './summary.ts'
import { preparePlace, type TellDeps, tellRunning } from './up.ts'

/** What to start, and how to tell. */
export interface DetachDeps extends TellDeps {
  /** The words of this command line. */
  readonly argv: readonly string[]
}

/** A control plane that takes longer than this to be ready is left to itself, and its log named. */
const READY_MS = 120_000
/** A log that is larger makes room for a new one at the next start. */
const LOG_BYTES_MAX = 5_000_000

/** Starts it and waits until it is ready. Throws MUS0111, with its last words, when it ends before. */
export async function detach(deps: DetachDeps): Promise<ExitCode> {
  const { terminal, place, json } = deps
  await preparePlace(place)
  const found = await findRunning(place)
  if (found.state === 'running') {
    tellRunning(deps, found.run)
    return EXIT.ok
  }
  const log = join(place.logs, 'up.log')
  if (
    await stat(log).then(
      ({ size }) => size > LOG_BYTES_MAX,
      () => false,
    )
  )
    await rename(log, `${log}.1`)
  const run = await start(deps, log)
  if (json) terminal.data.line(summaryJson(place, run, 'started'))
  else {
    printHead(terminal, place)
    const { green } = terminal.data.colors
    const line = text(`ready: pid ${run.process.pid}, log ${log}`, `已就绪：pid ${run.process.pid}，日志 ${log}`)
    terminal.data.line(`  ${green(terminal.glyphs.healthy)} ${terminal.say(line)}`)
    for (const [name, fact] of Object.entries(run.parts)) terminal.data.line(`    ${name}: ${fact}`)
    printNext(terminal, run, 'down')
  }
  return EXIT.ok
}

async function start({ place, argv }: DetachDeps, log: string): Promise<RunFile> {
  const words = argv.filter((word) => !['--detach', '-d'].includes(word))
  const file = await open(log, 'a', 0o600)
  const begins = (await file.stat()).size
  const child = spawn(process.execPath, [fileURLToPath(ownEntry), ...words, '--plain', '--log-file', log], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
    windowsHide: true,
  })
  const gone = new AbortController()
  const ended = once(child, 'exit').then(() => gone.abort())
  await file.close()
  const until = performance.now() + READY_MS
  for (;;) {
    const found = await findRunning(place)
    // Of two that were started at once, one serves and the other says so: either is what was asked for.
    if (found.state === 'running') {
      child.unref()
      return found.run
    }
    if (gone.signal.aborted || performance.now() > until) break
    await Promise.race([setTimeout(40), ended])
  }
  child.unref()
  const said = (await readFile(log, 'utf8')).slice(begins).trim()
  throw trouble('MUS0111', {
    what: gone.signal.aborted
      ? text('the control plane ended before it was ready', '控制平面在就绪之前就结束了')
      : text('the control plane is not ready yet', '控制平面尚未就绪'),
    where: same(log),
    ...(said ? { why: same(said.split('\n').slice(-6).join('\n         ')) } : {}),
    next: ['muster up', 'muster doctor'],
  })
}
