/** Ten watchers of everything, at a calm rate and while writers saturate the store. */
import type { Bench } from '../harness/bench.ts'
import { alternate, compared } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { warmSeconds } from './commit.ts'
import { costColumns, costOf } from './cost.ts'
import { chooseSides } from './peer.ts'
import { runSide, sideName } from './side.ts'
import type { WriterSettings } from './writers.ts'

const WATCHERS = 10
const VALUE_BYTES = 1024
const LOADS: readonly Omit<WriterSettings, 'began'>[] = [
  { act: 'update', writers: 10, ratePerSecond: 100 },
  { act: 'update', writers: 64 },
]

/** Events delivered a second, and how late. */
export const watchBench: Bench = {
  name: 'watch',
  group: 'store',
  about: `${WATCHERS} watchers of every key, at 100 writes a second and beside 64 closed-loop writers`,
  run: async ({ settings, directory, progress }) => {
    const { sides, notes } = chooseSides(settings)
    const runs: Row[] = []
    const results = await alternate(settings.pairs, sides, async (side, round) => {
      progress(`${sideName(side)}, run ${round + 1}`)
      const workloads = LOADS.map((writers) => ({
        warmSeconds: warmSeconds(settings),
        seconds: settings.seconds,
        watchers: WATCHERS,
        writers,
      }))
      const { measured } = await runSide(side, { keys: settings.keys, valueBytes: VALUE_BYTES, workloads }, directory)
      return measured.map(({ usage, watched, written }, index) => {
        const row: Row = {
          store: sideName(side),
          load: LOADS[index]?.ratePerSecond === undefined ? 'saturated' : `${LOADS[index].ratePerSecond}/s`,
          commits: (written?.commits ?? 0) / usage.seconds,
          events: (watched?.deliveries ?? 0) / usage.seconds,
          p50: watched?.lag.p50 ?? 0,
          p99: watched?.lag.p99 ?? 0,
          max: watched?.lag.max ?? 0,
          'commit p50': written?.latency.p50 ?? 0,
          'commit p99': written?.latency.p99 ?? 0,
          ...costOf(usage, watched?.deliveries ?? 0),
        }
        runs.push(row)
        return row
      })
    })
    const rows = LOADS.flatMap((_, window) =>
      compared(
        results.map((side) => side.map((windows) => windows[window] ?? {})),
        'events',
      ),
    )
    return [
      {
        title: `watch: ${WATCHERS} watchers, ${settings.keys} keys of ${VALUE_BYTES} bytes, events with what was before`,
        columns: [
          words('store'),
          words('load'),
          figure('commits', '/s'),
          figure('events', '/s'),
          figure('p50', 'ms', 2),
          figure('p99', 'ms', 2),
          figure('max', 'ms', 1),
          figure('commit p50', 'ms', 2),
          figure('commit p99', 'ms', 2),
          ...costColumns('event'),
          figure('ratio', 'x etcd', 1),
        ],
        rows,
        runs,
        notes: [
          'p50, p99, max: from the beginning of a commit to its event at a watcher, so the durable write is part of it',
          'every run checks that each watcher saw each write once and in order',
          ...notes,
        ],
      },
    ]
  },
}
