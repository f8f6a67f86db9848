/** Runs the chosen benches one after another, each in a directory of its own. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { formatInstant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { BENCHES } from './benches.ts'
import type { Bench } from './harness/bench.ts'
import { type Machine, machineFacts } from './harness/machine.ts'
import type { Table } from './harness/result.ts'
import { scratch } from './harness/scratch.ts'
import type { Settings } from './harness/settings.ts'

/** One bench that has run. */
export interface BenchResult {
  readonly name: string
  readonly about: string
  readonly seconds: number
  readonly tables: readonly Table[]
}

/** What `--json` writes. */
export interface Report {
  /** Raised when a reader of the version before would misread the file. */
  readonly schema: 'muster-bench/1'
  readonly date: string
  readonly machine: Machine
  readonly settings: Omit<Settings, 'json' | 'directory' | 'kubeconfigs'>
  readonly benches: readonly BenchResult[]
}

/** Told what happens while the benches run. */
export interface Listener {
  /** What is under way. */
  progress(line: string): void
  /** Called as soon as a bench is done, with the report so far: a later bench that fails costs no earlier result. */
  finished(result: BenchResult, report: Report): void
}

/** The benches that the words name, by name or by group; all when there are none. Throws NotFound for a word that names none. */
export function chosenBenches(words: readonly string[]): readonly Bench[] {
  for (const word of words) {
    if (BENCHES.some(({ name, group }) => name === word || group === word)) continue
    const known = [...new Set(BENCHES.flatMap(({ name, group }) => [group, name]))]
    throw new ControlError('NotFound', `no bench is called ${word}; there are ${known.join(', ')}`)
  }
  return words.length === 0
    ? BENCHES
    : BENCHES.filter(({ name, group }) => words.includes(name) || words.includes(group))
}

/** Throws when a bench finds that what it measured was not right: a wrong result has no speed. */
export async function runBenches(settings: Settings, { progress, finished }: Listener): Promise<Report> {
  const date = formatInstant(systemClock.now())
  const chosen = chosenBenches(settings.words)
  using root = scratch(settings.directory)
  const machine = machineFacts(root.directory)
  const { json: _json, directory: _directory, kubeconfigs: _kubeconfigs, ...shown } = settings
  const report = (benches: readonly BenchResult[]): Report => ({
    schema: 'muster-bench/1',
    date,
    machine,
    settings: shown,
    benches,
  })
  const benches: BenchResult[] = []
  for (const { name, about, run } of chosen) {
    progress(`${name}: ${about}`)
    const directory = join(root.directory, name)
    mkdirSync(directory)
    const start = systemClock.elapsed()
    const tables = await run({ settings, directory, progress: (line) => progress(`${name}: ${line}`) })
    const result = { name, about, seconds: (systemClock.elapsed() - start) / 1000, tables }
    benches.push(result)
    finished(result, report([...benches]))
  }
  return report(benches)
}
