/** What a keeper writes down of a run, so that whoever comes after it knows how the run ended, or that nobody does. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run, RunOrder } from '../driver.ts'
import type { Isolation } from './launch.ts'
import { runKey } from './run-key.ts'

/** Everything about a run that outlives its keeper. It holds the environment, so only its owner may read it. */
export interface RunRecord {
  readonly order: RunOrder
  /** The environment that its processes have: that of the order and what the driver adds. */
  readonly env: Readonly<Record<string, string>>
  readonly workingDirectory: string
  /** Absent when they are the keeper's own. */
  readonly user?: RunOrder['user']
  readonly isolation: Isolation
  /** Of the groups that limit it: whoever comes to it later is to join them. */
  readonly groups?: readonly string[]
  readonly run: Run
}

/** Where the runs of a keeper are. */
export const runsIn = (directory: string): string => join(directory, 'runs')

/** The directory of one run. Throws Invalid for a name that no run can have. */
export const directoryOf = (directory: string, run: Run['run']): string => join(runsIn(directory), runKey(run))

/** Where the log of a run is. */
export const logOf = (directory: string, run: Run['run']): string => join(directoryOf(directory, run), 'log')

const RECORD = 'run.json'

/** Writes a record; whoever reads it sees the old one or the new one. */
export function writeRecord(directory: string, record: RunRecord): void {
  const folder = directoryOf(directory, record.order.run)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, `${RECORD}.new`), JSON.stringify(record), { mode: 0o600 })
  renameSync(join(folder, `${RECORD}.new`), join(folder, RECORD))
}

/** The record of a run, or undefined when there is none. */
export const readRecord = (directory: string, run: Run['run']): RunRecord | undefined =>
  readFile(join(directoryOf(directory, run), RECORD))

/** Every record. A directory whose run never began is taken away. */
export function readRecords(directory: string): readonly RunRecord[] {
  mkdirSync(runsIn(directory), { recursive: true, mode: 0o700 })
  return readdirSync(runsIn(directory)).flatMap((name) => {
    const record = readFile(join(runsIn(directory), name, RECORD))
    if (record) return [record]
    rmSync(join(runsIn(directory), name), { recursive: true, force: true })
    return []
  })
}

function readFile(path: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // None, or cut off by a full disk.
    return undefined
  }
}
