/** P12 for tests: how soon a test server answers, what it holds, and a hundred of them in one process. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundle } from '@muster/tools/bundle.ts'
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row } from '../harness/result.ts'

const SERVERS = 100
const CLUSTERS = 1_000
const QUICK = 3

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('./one-process.ts', import.meta.url))

/** What one process says. */
interface Told {
  readonly importMs: number
  readonly coldMs: number
  readonly firstBytes: number
  readonly serverMs: number
  readonly serverBytes: number
  readonly clusterMs: number
  readonly clusterBytes: number
}

/** Start and memory of the test server. */
export const testServer: Bench = {
  name: 'test-server',
  group: 'api',
  about: 'the packed test server: cold start and memory, a hundred in one process, a thousand logical clusters in one',
  run: async ({ settings, directory, progress }) => {
    await bundle({ 'one-process': PROGRAM }, join(directory, 'dist'))
    const [servers, clusters] = settings.quick ? [QUICK, QUICK] : [SERVERS, CLUSTERS]
    const runs: Row[] = []
    for (let round = 0; round < settings.pairs; round++) {
      const words = [join(directory, 'dist/one-process.js'), String(servers), String(clusters)]
      const { stdout } = await run(process.execPath, words)
      const told: Told = JSON.parse(stdout)
      progress(`run ${round + 1}: ${stdout.trim()}`)
      runs.push({
        import: told.importMs,
        cold: told.coldMs,
        resident: told.firstBytes / 1e6,
        next: told.serverMs,
        'next, held': told.serverBytes / 1e6,
        cluster: told.clusterMs,
        'cluster, held': told.clusterBytes / 1024,
      })
    }
    return [
      {
        title: 'test server',
        columns: [
          figure('import', 'ms'),
          figure('cold', 'ms'),
          figure('resident', 'MB'),
          figure('next', 'ms', 1),
          figure('next, held', 'MB', 2),
          figure('cluster', 'ms', 1),
          figure('cluster, held', 'KB'),
        ],
        rows: [medians(runs)],
        runs,
        notes: [
          'cold: from the beginning of the import to the first list of namespaces, in a process of its own; resident: then',
          `next: each of ${servers} servers in that process after the first, with its list; held: what resident memory grew by for each`,
          `cluster: each of ${clusters} logical clusters of one more server, with its list; held: as above`,
        ],
      },
    ]
  },
}
