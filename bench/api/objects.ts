/** P1: objects created, read, changed and deleted, one request after the other for each client. */
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { type Column, figure, type Row, words } from '../harness/result.ts'
import type { Settings } from '../harness/settings.ts'
import { median } from '../harness/statistics.ts'
import { ACTS, type Act } from './object-load.ts'
import { type ApiSide, chooseApiSides, costOf, startPlain } from './sides.ts'

interface Case {
  readonly clients: number
  readonly objectBytes: number
}

const CASES: readonly Case[] = [
  { clients: 1, objectBytes: 1024 },
  { clients: 64, objectBytes: 1024 },
  { clients: 256, objectBytes: 1024 },
  { clients: 64, objectBytes: 4096 },
]

const COLUMNS: readonly Column[] = [
  words('server'),
  words('act'),
  figure('clients', ''),
  figure('object', 'bytes'),
  figure('answers', '/s'),
  figure('p50', 'ms', 2),
  figure('p99', 'ms', 2),
  figure('server cpu', 'µs/answer'),
  figure('server rss', 'MiB'),
  figure('ratio', 'x', 1),
  figure('of limit', '%'),
]

/** Durable writes and reads of single objects. */
export const apiObjects: Bench = {
  name: 'api-objects',
  group: 'api',
  about: 'objects created, read, changed and deleted over TLS by 1, 64 and 256 clients, many objects present',
  run: async ({ settings, directory, progress }) => {
    const { starts, notes } = await chooseApiSides(settings)
    const cases = settings.quick ? CASES.slice(1, 2) : CASES
    const runs: Row[] = []
    await using plain = await startPlain(directory)
    await plain.hold({ objectBytes: 1024, count: 1 })
    await using stack = new AsyncDisposableStack()
    const sides: ApiSide[] = []
    for (const start of starts) {
      const side = stack.use(await start(directory))
      progress(`${side.name}: ${settings.keys} objects before it begins`)
      await side.load.call('fillWith', {
        kubeconfig: side.kubeconfig(),
        prefix: 'p',
        count: settings.keys,
        objectBytes: 1024,
      })
      sides.push(side)
    }
    for (let round = 0; round < settings.pairs; round++) {
      for (const [index, one] of cases.entries()) {
        for (const side of [...sides, plain]) {
          progress(`run ${round + 1}: ${side.name}, ${one.clients} clients, ${one.objectBytes} bytes`)
          runs.push(...(await runCase(side, one, `r${round}c${index}`, settings.seconds)))
        }
      }
    }
    const verified = await verify(sides, settings, progress)
    return [
      {
        title: `objects: ${settings.keys} of 1 KiB present`,
        columns: COLUMNS,
        rows: cases.flatMap((one) => ACTS.flatMap((act) => rowsOf(runs, one, act, [...sides, plain]))),
        runs,
        notes: [
          'each client has a connection of its own, which is there before it begins, and one request under way; TLS, RBAC and managed fields are on everywhere',
          'ratio: Muster to the peer; of limit: to a server on the same node:http2 and TLS that only parses and stringifies',
          `Muster was killed with -9 after the last run and started again: ${verified} objects that it had acknowledged were all there`,
          ...notes,
        ],
      },
    ]
  },
}

async function runCase(
  side: ApiSide,
  { clients, objectBytes }: Case,
  prefix: string,
  seconds: number,
  acts: readonly Act[] = ACTS,
): Promise<Row[]> {
  const rows: Row[] = []
  await side.load.call('connectClients', { kubeconfig: side.kubeconfig(), clients })
  for (const act of acts) {
    const load = { act, prefix, clients, seconds, objectBytes }
    const { result, spent } = await costOf(side, () => side.load.call('work', load))
    rows.push({
      server: side.name,
      act,
      clients,
      object: objectBytes,
      answers: result.operations / result.seconds,
      p50: result.latency.p50,
      p99: result.latency.p99,
      ...(spent && {
        'server cpu': spent.cpuMicroseconds / Math.max(1, result.operations),
        'server rss': spent.rssBytes / 2 ** 20,
      }),
    })
  }
  return rows
}

function rowsOf(runs: readonly Row[], { clients, objectBytes }: Case, act: string, sides: readonly ApiSide[]): Row[] {
  const of = (name: string | undefined) =>
    runs.filter(
      (run) => run.server === name && run.act === act && run.clients === clients && run.object === objectBytes,
    )
  const ratioTo = (name: string | undefined) => {
    const peers = of(name)
    return median(of(sides[0]?.name).map(({ answers }, round) => Number(answers) / Number(peers[round]?.answers)))
  }
  return sides.map(({ name }, at) => {
    const row = medians(of(name))
    if (at > 0) return row
    return {
      ...row,
      ...(sides.length > 2 && { ratio: ratioTo(sides[1]?.name) }),
      'of limit': 100 * ratioTo(sides.at(-1)?.name),
    }
  })
}

/** Creates once more, kills what may be killed, and compares what is there with what was acknowledged: by Muster, how many. */
async function verify(
  sides: readonly ApiSide[],
  { keys, seconds }: Settings,
  progress: (line: string) => void,
): Promise<number> {
  const counts: number[] = []
  for (const side of sides) {
    progress(`${side.name}: is everything there?`)
    await runCase(side, { clients: 64, objectBytes: 1024 }, 'v', seconds, ['create'])
    await side.restart?.()
    counts.push(await side.load.call('verifyObjects', { kubeconfig: side.kubeconfig(), others: keys }))
  }
  return counts[0] ?? 0
}
