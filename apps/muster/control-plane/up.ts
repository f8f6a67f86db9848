/** `muster up`: finds the control plane that runs, or starts one here and serves until it is told to stop. */
import { mkdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { formatInstant } from '@muster/base/clock.ts'
import { assert, hasCode } from '@muster/base/errors.ts'
import { lineLogger } from '@muster/base/log.ts'
import { lockDirectory } from '@muster/store/sqlite/lock.ts'
import { type ControlPlaneDeps, startControlPlane } from '../api-server/control-plane.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { holdRanges } from '../fleet/ranges.ts'
import { text } from '../terminal/language.ts'
import { VERSION } from '../version.ts'
import { migrate } from './migrate.ts'
import type { Part, Standing } from './part.ts'
import type { Place } from './place.ts'
import { identityOf } from './process.ts'
import { findRunning, type RunFile, removeRunFile, writeRunFile } from './run-file.ts'
import { NO_STEPS, stepsOn } from './steps.ts'
import { printHead, printNext, summaryJson } from './summary.ts'

/** What to start, and until when. */
export interface UpDeps extends Omit<ControlPlaneDeps, 'ranges'> {
  /** Logical clusters whose nodes are on this machine. */
  readonly members: readonly string[]
  /** What is started besides the API, in this order. */
  readonly parts: readonly Part[]
  /** The summary as one line of JSON. */
  readonly json: boolean
  /** Where the output goes, of a process that nobody watches. */
  readonly log?: string
  readonly stop: AbortSignal
}

/** Makes the folders of a place, and moves there what an older Muster left elsewhere. */
export async function preparePlace(place: Place): Promise<void> {
  await mkdir(place.home, { recursive: true, mode: 0o700 })
  await migrate(place.home)
  await mkdir(place.logs, { recursive: true, mode: 0o700 })
}

/** Serves until told to stop. Where another process serves this place already, says so and is done. */
export async function up(deps: UpDeps): Promise<ExitCode> {
  const { place } = deps
  await preparePlace(place)
  const lock = await lockOrNone(place)
  if (!lock) {
    // Another `up` was first: it may still be on its way.
    tellRunning(deps, await waitForOther(place))
    return EXIT.ok
  }
  try {
    await serve(deps)
    return EXIT.ok
  } finally {
    await removeRunFile(place)
    await new Promise((resolve) => lock.close(resolve))
  }
}

/** What a second `up` is told with. */
export type TellDeps = Pick<UpDeps, 'terminal' | 'place' | 'json' | 'parts'>

/** Prints the summary of the one that runs, and what was asked for that it lacks. */
export function tellRunning({ terminal, place, json, parts }: TellDeps, run: RunFile): void {
  const { say, notes, glyphs } = terminal
  if (json) terminal.data.line(summaryJson(place, run, 'already running'))
  else {
    printHead(terminal, place)
    const { pid } = run.process
    const since = text(`runs already: pid ${pid}, since ${run.since}`, `已在运行：pid ${pid}，自 ${run.since}`)
    stepsOn(terminal).end('healthy', text('control plane', '控制平面'), say(since))
    printNext(terminal, run, 'down')
  }
  for (const { name } of parts.filter((part) => run.parts[part.name] === undefined)) {
    const again = terminal.command(`muster up --${name}`)
    const lacks = text(
      `it runs without --${name}: muster down, then ${again}`,
      `它运行时没有 --${name}：先 muster down，再 ${again}`,
    )
    notes.line(`${notes.colors.yellow(glyphs.degraded)} ${say(lacks)}`)
  }
}

async function serve(deps: UpDeps): Promise<void> {
  const { terminal, clock, random, place, json, stop } = deps
  const log = lineLogger({ clock, level: 'warn', write: (line) => terminal.notes.line(line) })
  const began = clock.elapsed()
  const steps = json ? NO_STEPS : stepsOn(terminal)
  if (!json) printHead(terminal, place)
  for (const part of deps.parts) await part.sweep(place, 'unkept')
  const title = text('control plane', '控制平面')
  steps.begin(title)
  const { members: ranges, release } = await holdRanges(place, deps.members, random)
  const plane = await startControlPlane({ ...deps, ranges })
  steps.end('healthy', title, plane.url.replace(/^https:\/\//, ''), clock.elapsed() - began)
  const standing: Standing[] = []
  const identity = await identityOf(process.pid)
  assert(identity, 'a process knows itself')
  const run: RunFile = {
    process: identity,
    ready: false,
    url: plane.url,
    kubeconfig: plane.kubeconfig,
    since: formatInstant(clock.now()),
    version: VERSION,
    node: process.versions.node,
    clusters: deps.clusters,
    parts: {},
    ...(deps.log ? { log: deps.log } : {}),
  }
  try {
    // Whoever wants to stop it may, before all of it stands.
    await writeRunFile(place, run)
    const facts: Record<string, string> = {}
    for (const part of deps.parts) {
      const start = clock.elapsed()
      steps.begin(part.title)
      const stood = await part.start({ place, clock, random, log, plane, ranges, stop })
      standing.push(stood)
      facts[part.name] = stood.fact
      steps.end(stood.state, part.title, terminal.say(stood.detail), clock.elapsed() - start)
    }
    const ready: RunFile = { ...run, ready: true, parts: facts }
    await writeRunFile(place, ready)
    if (json) terminal.data.line(summaryJson(place, ready, 'started'))
    else {
      const took = ((clock.elapsed() - began) / 1000).toFixed(1)
      terminal.data.line(terminal.say(text(`Ready in ${took}s`, `${took} 秒后就绪`)))
      printNext(terminal, ready, 'ctrl-c')
    }
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  } finally {
    for (const stood of standing.reverse()) await stood.stop()
    await plane.stop()
    await release()
  }
  if (!json) {
    terminal.notes.line(
      terminal.say(text(`stopped; all is in ${place.directory}`, `已停止；全部内容位于 ${place.directory}`)),
    )
  }
}

async function lockOrNone(place: Place) {
  try {
    return await lockDirectory(place.directory)
  } catch (error) {
    if (hasCode(error, 'StorageLocked')) return undefined
    throw error
  }
}

/** How long the first of two may take until it is ready. */
const OTHER_MS = 60_000

async function waitForOther(place: Place): Promise<RunFile> {
  const until = performance.now() + OTHER_MS
  for (;;) {
    const found = await findRunning(place)
    if (found.state === 'running') return found.run
    // It stopped meanwhile, or never comes up: then the lock tells why.
    if (performance.now() > until) await lockDirectory(place.directory)
    await setTimeout(50)
  }
}
