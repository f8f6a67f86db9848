/** A node for tests: its directory, its drivers, orders of shells, and what became of them. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { milliseconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { needs } from '@muster/tools/real.ts'
import type { LogQuery, RunName, RunOrder } from '../../driver.ts'
import { findIsolation } from '../guarantees.ts'
import { openProcessDriver, type ProcessDriver, type ProcessDriverSettings } from '../process-driver.ts'
import { markOf } from '../run-key.ts'
import { findTools } from '../tools.ts'
import { markedProcesses } from '../trees.ts'

const ENTRY = new URL('../keeper-worker.ts', import.meta.url)
const CACHE = join(tmpdir(), 'muster-compile-cache')

export const isolation = (() => {
  const ground = mkdtempSync(join(tmpdir(), 'muster-probe-'))
  try {
    return findIsolation(findTools(), ground)
  } finally {
    rmSync(ground, { recursive: true, force: true })
  }
})()
/** What a system allows is no part that could be installed: where it does not, a test is skipped, and says so. */
export const allowed = (what: string, given: boolean) => ({
  skip: given ? false : `this machine does not allow ${what}`,
})
export const needsNamespaces = allowed('namespaces to this user', isolation.namespaces)
export const needsMounts = allowed('mounts to this user', isolation.namespaces && isolation.mounts)
export const needsTerminal = { skip: needs('script of util-linux', findTools().script !== undefined) }

/** Most of it holds in namespaces and without. */
export const MODES = [true, false] as const
export const named = (what: string, namespaces: boolean): string => (namespaces ? what : `${what}, without namespaces`)

/** A node's directory, and drivers of it that are one after the other. After the test nothing of it is left. */
export function newNode(t: TestContext, settings: Partial<ProcessDriverSettings> = {}, disk?: 'small disk') {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'muster-node-')))
  if (disk) spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'muster-test', directory])
  let driver: ProcessDriver | undefined
  const open = async () => {
    driver = await openProcessDriver({
      directory,
      keeper: { node: process.execPath, entry: ENTRY, env: { NODE_COMPILE_CACHE: CACHE } },
      clock: systemClock,
      ...settings,
    })
    return driver
  }
  t.after(async () => {
    await driver?.close()
    await (
      await openProcessDriver({
        directory,
        keeper: { node: process.execPath, entry: ENTRY, env: {} },
        clock: systemClock,
      })
    ).end(milliseconds(0))
    deepEqual(markedProcesses(markOf(directory)), [])
    // Lazily: the keeper has said its last word, and may be about to leave the directory.
    if (disk) spawnSync('umount', ['--lazy', directory])
    rmSync(directory, { recursive: true, force: true })
  })
  return { directory, open }
}

let made = 0

/** An order of a shell, or of any command. */
export function orderOf(directory: string, what: string | readonly string[], more: Partial<RunOrder> = {}): RunOrder {
  made += 1
  const run: RunName = { podUid: `pod-${made}`, container: 'main', attempt: 0 }
  return {
    run,
    pod: { namespace: 'default', name: run.podUid, ip: '', hostname: run.podUid },
    command: typeof what === 'string' ? ['sh', '-c', what] : what,
    env: { PATH: '/usr/bin:/bin' },
    workingDirectory: '',
    mounts: [],
    hosts: [],
    limits: {},
    stdin: false,
    tty: false,
    terminationLog: { at: '/dev/termination-log', file: join(directory, `${run.podUid}.last`) },
    ...more,
  }
}

export const ALL: LogQuery = { follow: true, timestamps: false }

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

export const logOf = (driver: ProcessDriver, run: RunName, query: Partial<LogQuery> = {}) =>
  textOf(driver.log(run, { ...ALL, ...query }, AbortSignal.timeout(20_000)))

/** The state of a run once it has ended. */
export async function endOf(driver: ProcessDriver, run: RunName) {
  await logOf(driver, run)
  const found = (await driver.runs()).find((one) => one.run.podUid === run.podUid)
  ok(found?.state.state === 'ended', `the run has not ended: ${JSON.stringify(found)}`)
  return found.state
}

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return
    await sleep(20)
  }
  throw new Error(`never: ${what}`)
}

/** The keeper's process. */
export function keeperOf(directory: string): number {
  const found = keepersOf(directory)
  equal(found.length, 1, `keepers: ${found}`)
  return found[0] ?? 0
}

export const keepersOf = (directory: string): readonly number[] =>
  processesWith((argv) => argv.at(-1) === directory && argv.some((word) => word.endsWith('keeper-worker.ts')))

function processesWith(fits: (argv: readonly string[]) => boolean): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const argv = readFileSync(`/proc/${Number(name)}/cmdline`, 'utf8')
        .split('\0')
        .slice(0, -1)
      return fits(argv) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}
