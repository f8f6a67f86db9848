/** Reads of single current values, alone and while writers saturate the store: they should not feel the writers. */
import type { Bench } from '../harness/bench.ts'
import { alternate, compared } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { warmSeconds } from './commit.ts'
import { costColumns, costOf } from './cost.ts'
import { chooseSides } from './peer.ts'
import { runSide, sideName } from './side.ts'

const READERS = 8
const WRITERS = 64
const VALUE_BYTES = 1024

/** Reads a second, and how long one takes. */
export const readBench: Bench = {
  name: 'read',
  group: 'store',
  about: `${READERS} closed-loop readers of single keys, alone and beside ${WRITERS} closed-loop writers`,
  run: async ({ settings, directory, progress }) => {
    const { sides, notes } = chooseSides(settings)
    const runs: Row[] = []
    const readers = { readers: READERS, keys: settings.keys }
    const window = { warmSeconds: warmSeconds(settings), seconds: settings.seconds, readers }
    const results = await alternate(settings.pairs, sides, async (side, round) => {
      progress(`${sideName(side)}, run ${round + 1}`)
      const { measured } = await runSide(
        side,
        {
          keys: settings.keys,
          valueBytes: VALUE_BYTES,
          workloads: [window, { ...window, writers: { act: 'update', writers: WRITERS } }],
        },
        directory,
      )
      return measured.map(({ usage, read, written }) => {
        const row: Row = {
          store: sideName(side),
          writers: written === undefined ? 0 : WRITERS,
          reads: (read?.reads ?? 0) / usage.seconds,
          p50: read?.latency.p50 ?? 0,
          p99: read?.latency.p99 ?? 0,
          max: read?.latency.max ?? 0,
          commits: (written?.commits ?? 0) / usage.seconds,
          ...costOf(usage, (read?.reads ?? 0) + (written?.commits ?? 0)),
        }
        runs.push(row)
        return row
      })
    })
    const rows = [0, 1].flatMap((window) =>
      compared(
        results.map((side) => side.map((windows) => windows[window] ?? {})),
        'reads',
      ),
    )
    return [
      {
        title: `reads of the current value of one key, ${settings.keys} keys of ${VALUE_BYTES} bytes`,
        columns: [
          words('store'),
          figure('writers', ''),
          figure('reads', '/s'),
          figure('p50', 'ms', 3),
          figure('p99', 'ms', 3),
          figure('max', 'ms', 1),
          figure('commits', '/s'),
          ...costColumns('op'),
          figure('ratio', 'x etcd', 1),
        ],
        rows,
        runs,
        notes: [
          'each reader gives way to the event loop after every read, so the rate counts turns of the loop, not the store alone',
          'cpu is shared among reads and commits; etcd reads are linearizable, as they are by default',
          ...notes,
        ],
      },
    ]
  },
}
