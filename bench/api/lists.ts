/** P2: long lists, whole and page by page. */
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { median } from '../harness/statistics.ts'
import { type ApiSide, chooseApiSides, costOf, startPlain } from './sides.ts'

interface Case {
  readonly count: number
  readonly objectBytes: number
}

const CASES: readonly Case[] = [
  { count: 10_000, objectBytes: 1024 },
  { count: 100_000, objectBytes: 1024 },
  { count: 10_000, objectBytes: 100 * 1024 },
]
const QUICK: readonly Case[] = [{ count: 1_000, objectBytes: 1024 }]
const PAGE = 500

/** Bytes a second of lists. */
export const apiLists: Bench = {
  name: 'api-lists',
  group: 'api',
  about: 'lists over TLS, one client, one list after the other, whole and in pages of 500',
  run: async ({ settings, directory, progress }) => {
    const { starts, notes } = await chooseApiSides(settings)
    const fits = ({ count, objectBytes }: Case) => (count * objectBytes) / 1024 <= settings.keys
    const cases = settings.quick ? QUICK : CASES.filter(fits)
    const runs: Row[] = []
    await using plain = await startPlain(directory)
    await using stack = new AsyncDisposableStack()
    const sides: ApiSide[] = []
    for (const start of starts) sides.push(stack.use(await start(directory)))
    for (const { count, objectBytes } of cases) {
      for (const side of sides) {
        progress(`${side.name}: ${count} objects of ${objectBytes} bytes`)
        await side.load.call('fillWith', { kubeconfig: side.kubeconfig(), prefix: 'l', count, objectBytes })
      }
      await plain.hold({ objectBytes, count })
      for (let round = 0; round < settings.pairs; round++) {
        for (const side of [...sides, plain]) {
          for (const limit of side === plain ? [0] : [0, PAGE]) {
            progress(`run ${round + 1}: ${side.name}, ${limit === 0 ? 'whole' : 'in pages'}`)
            const load = { kubeconfig: side.kubeconfig(), limit, seconds: settings.seconds, count }
            const { result, spent } = await costOf(side, () => side.load.call('readLists', load))
            runs.push({
              server: side.name,
              objects: count,
              object: objectBytes,
              how: limit === 0 ? 'whole' : `pages of ${limit}`,
              bytes: result.bytes / 1e6 / result.seconds,
              list: (result.seconds * 1000) / result.lists,
              // The list that counts its objects is not timed, and is paid for as well.
              ...(spent && {
                'server cpu':
                  spent.cpuMicroseconds / 1e6 / ((result.bytes / 1e9) * ((result.lists + 1) / result.lists)),
                'server rss': spent.rssBytes / 2 ** 20,
              }),
            })
          }
        }
      }
    }
    return [
      {
        title: 'lists',
        columns: [
          words('server'),
          figure('objects', ''),
          figure('object', 'bytes'),
          words('how'),
          figure('bytes', 'MB/s'),
          figure('list', 'ms', 1),
          figure('server cpu', 's/GB', 2),
          figure('server rss', 'MiB'),
          figure('ratio', 'x', 1),
          figure('cpu ratio', 'x', 1),
          figure('of limit', '%'),
        ],
        rows: rowsOf(runs, [...sides, plain]),
        runs,
        notes: [
          'ratio: bytes a second, Muster to the peer; cpu ratio: what the peer spent on the same bytes to what Muster spent',
          'of limit: to a server on the same node:http2 and TLS that holds one such list as one Buffer',
          'the first list of each run is counted: it holds every object',
          'lists of more than --keys KiB are left out: 10,000 objects of 100 KiB need --keys 1000000, and minutes to fill',
          ...notes,
        ],
      },
    ]
  },
}

function rowsOf(runs: readonly Row[], sides: readonly ApiSide[]): Row[] {
  const kinds = [...new Map(runs.map((run) => [`${run.objects} ${run.object} ${run.how}`, run])).values()]
  return kinds.flatMap((kind) => {
    const of = (name: string | undefined, how = kind.how) =>
      runs.filter(
        (run) => run.server === name && run.objects === kind.objects && run.object === kind.object && run.how === how,
      )
    const ratio = (column: string, peers: readonly Row[]) =>
      median(of(sides[0]?.name).map((run, round) => Number(run[column]) / Number(peers[round]?.[column])))
    return sides
      .filter(({ name }) => of(name).length > 0)
      .map(({ name }, at) => ({
        ...medians(of(name)),
        ...(at === 0 && sides.length > 2
          ? {
              ratio: ratio('bytes', of(sides[1]?.name)),
              ...(of(sides[1]?.name)[0]?.['server cpu'] !== undefined && {
                'cpu ratio': 1 / ratio('server cpu', of(sides[1]?.name)),
              }),
            }
          : {}),
        ...(at === 0 ? { 'of limit': 100 * ratio('bytes', of(sides.at(-1)?.name, 'whole')) } : {}),
      }))
  })
}
