/** `muster down`: ends the process of a control plane, and what it left; with `--purge`, its state too. */
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { lockDirectory } from '@muster/store/sqlite/lock.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import type { Part } from './part.ts'
import type { Place } from './place.ts'
import { endProcess } from './process.ts'
import { findRunning, removeRunFile } from './run-file.ts'

/** What to end. */
export interface DownDeps {
  readonly terminal: Terminal
  readonly place: Place
  /** Swept once the process is gone. */
  readonly parts: readonly Part[]
  /** How long it may take to end by itself, in milliseconds. */
  readonly patienceMs: number
  readonly purge: boolean
  readonly yes: boolean
  readonly json: boolean
  /** Where a question can be answered. */
  readonly stdin: NodeJS.ReadStream
}

/** Ends it. To end what does not run is no error. */
export async function down(deps: DownDeps): Promise<ExitCode> {
  const { terminal, place, json } = deps
  // Every question comes before the first deed.
  if (deps.purge && !deps.yes) await askWhetherToPurge(deps)
  const found = await findRunning(place)
  const how = found.state === 'none' ? 'gone' : await endProcess(found.run.process, deps.patienceMs)
  if (how === 'still there') {
    const pid = found.state === 'none' ? 0 : found.run.process.pid
    throw trouble('MUS0112', {
      what: text(`process ${pid} does not end`, `进程 ${pid} 无法结束`),
      next: ['muster status', 'muster doctor'],
    })
  }
  await removeRunFile(place)
  if (existsSync(place.directory)) for (const part of deps.parts) await part.sweep(place, 'all')
  if (deps.purge) await purge(place)
  if (json) {
    terminal.data.line(JSON.stringify({ name: place.name, process: how, purged: deps.purge }))
    return EXIT.ok
  }
  const said = {
    gone: text('nothing was running', '没有正在运行的控制平面'),
    ended: text('stopped', '已停止'),
    killed: text('stopped by force: it did not end by itself in time', '已强制停止：它没有及时自行结束'),
  }[how]
  const kept = deps.purge
    ? text(`removed ${place.directory}`, `已删除 ${place.directory}`)
    : text(`all is kept in ${place.directory}`, `全部内容保留在 ${place.directory}`)
  terminal.data.line(
    `${terminal.data.colors.green(terminal.glyphs.healthy)} ${terminal.say(said)}; ${terminal.say(kept)}`,
  )
  if (!deps.purge && existsSync(place.directory)) {
    terminal.data.line(
      `  ${terminal.command('muster down --purge')}   ${terminal.say(text('removes that too', '一并删除'))}`,
    )
  }
  return EXIT.ok
}

async function askWhetherToPurge({ terminal, place, stdin }: DownDeps): Promise<void> {
  const what = text(
    `this removes ${place.directory} with everything in it, for good`,
    `这将永久删除 ${place.directory} 及其中的全部内容`,
  )
  const refused = trouble('MUS0102', { what, next: ['muster down --purge --yes'] })
  if (!stdin.isTTY) throw refused
  const lines = createInterface({ input: stdin, output: process.stderr })
  const answer = await lines.question(`${terminal.say(what)}. ${terminal.say(text('Type yes', '请输入 yes'))}: `)
  lines.close()
  if (answer.trim() !== 'yes') throw refused
}

/** What may lie in the folder of a control plane. Anything else was put there by somebody, and stays. */
const OURS = new Set(['audit', 'clusters', 'data', 'kubeconfig', 'logs', 'members', 'parts', 'run.json'])

async function purge(place: Place): Promise<void> {
  if (!existsSync(place.directory)) return
  const lock = await lockDirectory(place.directory)
  try {
    for (const name of await readdir(place.directory)) {
      if (OURS.has(name.replace(/\.new$/, ''))) await rm(`${place.directory}/${name}`, { recursive: true, force: true })
    }
    const left = await readdir(place.directory)
    if (left.length === 0) await rm(place.directory, { recursive: true, force: true })
    else {
      throw trouble('MUS0107', {
        what: text(
          `kept what is not of Muster: ${left.slice(0, 5).join(', ')}`,
          `保留了不属于 Muster 的内容：${left.slice(0, 5).join('、')}`,
        ),
        where: text(place.directory, place.directory),
      })
    }
  } finally {
    await new Promise((resolve) => lock.close(resolve))
  }
}
