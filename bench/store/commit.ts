/** Durable commits of one key, by closed-loop writers over keys that are there already: Muster, its peer, the limit. */
import { assert } from '@muster/base/errors.ts'
import type { Bench } from '../harness/bench.ts'
import { alternate, compared } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import type { Settings } from '../harness/settings.ts'
import { logFileBytes, openLogLimit } from '../limits/log.ts'
import { costColumns, costOf } from './cost.ts'
import { chooseSides } from './peer.ts'
import { runSide, sideName } from './side.ts'
import type { Act } from './writers.ts'

interface Case {
  readonly act: Act
  readonly valueBytes: number
  readonly writers: number
}

const CASES: readonly Case[] = [
  ...([1, 64, 256].map((writers) => ({ act: 'update', valueBytes: 1024, writers })) satisfies Case[]),
  ...([1, 64, 256].map((writers) => ({ act: 'create', valueBytes: 1024, writers })) satisfies Case[]),
  ...([1, 64, 256].map((writers) => ({ act: 'update', valueBytes: 4096, writers })) satisfies Case[]),
]

const QUICK_CASES: readonly Case[] = [{ act: 'update', valueBytes: 1024, writers: 64 }]

/** The shortest time that warms a fresh process up: its code is not compiled at first. */
const WARM_SECONDS = 1

/** Half a second of the log says what it can do: it has nothing to warm up. */
const LIMIT_SECONDS_MAX = 0.5

/** How long a run goes before it is measured. */
export const warmSeconds = ({ quick }: Settings): number => (quick ? 0.1 : WARM_SECONDS)

/** Durable commits a second. */
export const commitBench: Bench = {
  name: 'commit',
  group: 'store',
  about: 'durable commits of one key by closed-loop writers, every one guarded, with a token and a cause',
  run: async ({ settings, directory, progress }) => {
    using log = openLogLimit(directory, logFileBytes(settings.quick))
    const { sides, notes } = chooseSides(settings)
    const rows: Row[] = []
    const runs: Row[] = []
    for (const { act, valueBytes, writers } of settings.quick ? QUICK_CASES : CASES) {
      progress(`${act}s of ${valueBytes} bytes by ${writers} writers`)
      let limit = 0
      const results = await alternate(settings.pairs, sides, async (side) => {
        if (side.side === 'muster') {
          const seconds = Math.min(LIMIT_SECONDS_MAX, settings.seconds)
          limit = log.measure({ recordBytes: valueBytes, group: writers, seconds }).recordsPerSecond
        }
        const workload = { warmSeconds: warmSeconds(settings), seconds: settings.seconds, writers: { act, writers } }
        const { measured, verified } = await runSide(
          side,
          { keys: settings.keys, valueBytes, workloads: [workload] },
          directory,
        )
        const [{ usage, written } = {}] = measured
        assert(usage !== undefined && written !== undefined, 'a window with writers shows what they wrote')
        const commits = written.commits / usage.seconds
        const row: Row = {
          store: sideName(side),
          act,
          value: valueBytes,
          writers,
          commits,
          p50: written.latency.p50,
          p99: written.latency.p99,
          max: written.latency.max,
          ...costOf(usage, written.commits),
          'of limit': (commits / limit) * 100,
          verified,
        }
        runs.push({ ...row, limit })
        return row
      })
      rows.push(...compared(results, 'commits'))
    }
    return [
      {
        title: `durable commits, ${settings.keys} keys present`,
        columns: [
          words('store'),
          words('act'),
          figure('value', 'bytes'),
          figure('writers', ''),
          figure('commits', '/s'),
          figure('p50', 'ms', 2),
          figure('p99', 'ms', 2),
          figure('max', 'ms', 1),
          ...costColumns('commit'),
          figure('of limit', '%', 1),
          figure('ratio', 'x etcd', 1),
        ],
        rows,
        runs,
        notes: [
          'of limit: the bare log in groups of as many records of the same size as there are writers, measured before each pair',
          'ratio: the median over neighbouring runs; max: the largest of all runs; every run killed with -9 and then compared byte by byte',
          ...notes,
        ],
      },
    ]
  },
}
