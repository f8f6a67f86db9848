/** P3: many watchers of one collection. */
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { median } from '../harness/statistics.ts'
import { type ApiSide, chooseApiSides, costOf } from './sides.ts'

interface Case {
  readonly watchers: number
  readonly writesPerSecond: number
}

const CASES: readonly Case[] = [
  { watchers: 10, writesPerSecond: 100 },
  { watchers: 1_000, writesPerSecond: 10 },
  { watchers: 1_000, writesPerSecond: 100 },
  { watchers: 10_000, writesPerSecond: 10 },
]
const QUICK: readonly Case[] = [{ watchers: 20, writesPerSecond: 50 }]
const STORM = { watchers: 1_000, events: 1_000 }
const QUICK_STORM = { watchers: 20, events: 50 }
const IDLE = 2_000
const QUICK_IDLE = 20

/** Deliveries, lag, coming back, and what an idle watcher costs. */
export const apiWatchers: Bench = {
  name: 'api-watch',
  group: 'api',
  about: 'watchers of one collection over TLS, a hundred streams to a connection: at a rate, coming back, and idle',
  run: async ({ settings, directory, progress }) => {
    const { starts, notes } = await chooseApiSides(settings)
    const runs: Row[] = []
    for (let round = 0; round < settings.pairs; round++) {
      for (const start of starts) {
        await using side = await start(directory)
        runs.push(
          ...(await runSide(side, settings.quick, settings.seconds, (line) => progress(`run ${round + 1}: ${line}`))),
        )
      }
    }
    const kinds = [...new Set(runs.map(({ what }) => what))]
    const names = [...new Set(runs.map(({ server }) => server))]
    return [
      {
        title: 'watchers',
        columns: [
          words('server'),
          words('what'),
          figure('deliveries', '/s'),
          figure('p50', 'ms', 1),
          figure('p99', 'ms', 1),
          figure('max', 'ms', 1),
          figure('server cpu', 'µs/delivery', 2),
          figure('a watcher', 'KB', 1),
          figure('ratio', 'x', 1),
          words('trouble'),
        ],
        rows: kinds.flatMap((what) =>
          names.map((server, at) => {
            const of = (name: Row[string] | undefined) => runs.filter((run) => run.server === name && run.what === what)
            const peers = of(names[1])
            const ratio =
              at === 0 &&
              names.length > 1 &&
              of(server)[0]?.deliveries !== undefined &&
              peers[0]?.deliveries !== undefined
                ? median(
                    of(server).map(({ deliveries }, round) => Number(deliveries) / Number(peers[round]?.deliveries)),
                  )
                : undefined
            return { ...medians(of(server)), ...(ratio !== undefined && { ratio }) }
          }),
        ),
        runs,
        notes: [
          'p50, p99, max: from the beginning of a write to its event, read by ten of the watchers; the durable write is part of it',
          'every run checks that ten watchers saw each write once and in order, and that all others had as many bytes',
          `coming back: ${STORM.watchers} watchers at once from ${STORM.events} writes ago; a watcher: resident memory per idle stream, HTTP/2 and TLS included`,
          ...notes,
        ],
      },
    ]
  },
}

async function runSide(
  side: ApiSide,
  quick: boolean,
  seconds: number,
  progress: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = []
  const idlers = quick ? QUICK_IDLE : IDLE
  const before = side.cost()
  progress(`${side.name}, ${idlers} idle watchers`)
  await side.load.call('idle', { kubeconfig: side.kubeconfig(), watchers: idlers })
  const after = side.cost()
  await side.load.call('idle', { kubeconfig: side.kubeconfig(), watchers: 0 })
  if (before && after) {
    rows.push({
      server: side.name,
      what: `${idlers} idle`,
      'a watcher': (after.rssBytes - before.rssBytes) / 1024 / idlers,
    })
  }
  for (const { watchers, writesPerSecond } of quick ? QUICK : CASES) {
    const what = `${watchers} x ${writesPerSecond}/s`
    progress(`${side.name}, ${what}`)
    const load = { kubeconfig: side.kubeconfig(), watchers, writesPerSecond, seconds: Math.max(1, seconds) }
    const measured = await costOf(side, () => side.load.call('watch', load)).catch((error) => sayFailure(side, error))
    if (typeof measured === 'string') {
      rows.push({ server: side.name, what, trouble: measured })
      continue
    }
    const { result, spent } = measured
    rows.push({
      server: side.name,
      what,
      deliveries: result.deliveries / result.seconds,
      p50: result.lag.p50,
      p99: result.lag.p99,
      max: result.lag.max,
      ...(spent && { 'server cpu': spent.cpuMicroseconds / result.deliveries }),
    })
  }
  progress(`${side.name}, coming back`)
  const storm = { kubeconfig: side.kubeconfig(), ...(quick ? QUICK_STORM : STORM) }
  const came = await side.load.call('storm', storm).catch((error) => sayFailure(side, error))
  const what = 'coming back'
  if (typeof came === 'string') rows.push({ server: side.name, what, trouble: came })
  else rows.push({ server: side.name, what, deliveries: came.deliveries / came.seconds })
  return rows
}

/** A peer may end watches that it cannot serve; that Muster does is an error, not a figure. */
function sayFailure({ name }: ApiSide, error: unknown): string {
  if (name === 'muster') throw error
  const [first = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return first.replace(/^ControlError: /, '')
}
