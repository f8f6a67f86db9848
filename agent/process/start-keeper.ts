/** Starts a keeper in the background, where it outlives whoever started it. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, deadlineAfter, hasPassed, milliseconds, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { KeeperSettings } from './messages.ts'

/** How a keeper is started. */
export interface KeeperProgram {
  /** The node that runs it. */
  readonly node: string
  /** Its entry, agent/process/keeper-worker.ts or what that was bundled to. */
  readonly entry: URL
  /** Its environment; no run sees it. */
  readonly env: Readonly<Record<string, string>>
}

/** A keeper holds a few kilobytes a run: it is to collect early rather than to grow. */
const FRUGAL = ['--max-semi-space-size=1', '--max-old-space-size=64']

const ANSWERS_WITHIN = seconds(15)
const ASK_AGAIN_AFTER = milliseconds(10)
/** Longer than a keeper takes from its lock to its first answer. */
const START_AGAIN_AFTER = seconds(1)

/** Starts a keeper and gives what `reach` gives once it is reached. Throws Unavailable, with its words, when it is not. */
export async function startKeeper<T>(
  program: KeeperProgram,
  settings: KeeperSettings,
  clock: Clock,
  reach: () => Promise<T | undefined>,
): Promise<T> {
  const wordsFile = join(settings.directory, 'keeper.log')
  const deadline = deadlineAfter(clock, ANSWERS_WITHIN)
  let patience = deadlineAfter(clock, START_AGAIN_AFTER)
  let started = launch(program, settings, wordsFile)
  for (;;) {
    const reached = await reach()
    if (reached !== undefined) return reached
    if (started.failed() || hasPassed(clock, deadline)) {
      const words = readFileSync(wordsFile, 'utf8').slice(-1000).trim()
      throw new ControlError(
        'Unavailable',
        `the keeper of ${settings.directory} does not answer: ${words || 'it said nothing'}`,
      )
    }
    await clock.sleep(ASK_AGAIN_AFTER)
    // It left the directory to another, which is to answer; unless that one was about to end.
    if (started.gaveWay() && hasPassed(clock, patience)) {
      started = launch(program, settings, wordsFile)
      patience = deadlineAfter(clock, START_AGAIN_AFTER)
    }
  }
}

function launch(program: KeeperProgram, settings: KeeperSettings, wordsFile: string) {
  const words = openSync(wordsFile, 'a', 0o600)
  let exit: number | undefined
  try {
    // The directory is named for people who look at `ps`; what counts comes on standard input.
    const child = spawn(program.node, [...FRUGAL, fileURLToPath(program.entry), settings.directory], {
      ...{ cwd: settings.directory, env: program.env, detached: true },
      stdio: ['pipe', words, words],
    })
    child.on('error', () => {
      exit = 1
    })
    child.on('exit', (code) => {
      exit = code ?? 1
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(JSON.stringify(settings))
    child.unref()
  } finally {
    closeSync(words)
  }
  return { failed: () => exit !== undefined && exit !== 0, gaveWay: () => exit === 0 }
}
