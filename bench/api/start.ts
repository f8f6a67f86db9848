/** P12: from nothing to ready, what an idle server holds, and what many kinds cost. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApi } from 'muster/api-server/api-process.ts'
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { scratch } from '../harness/scratch.ts'
import { readProcess } from '../harness/usage.ts'
import { chooseApiSides } from './sides.ts'

/** Garbage of the start is collected within this, or it counts. */
const SETTLE_MS = 3_000
const KINDS = 2_000
/** Logical clusters besides the first. */
const CLUSTERS = 50
const QUICK_CLUSTERS = 2
const QUICK_KINDS = 20

/** Start, memory, and kinds. */
export const apiStart: Bench = {
  name: 'api-start',
  group: 'api',
  about: 'from the start of a process to its first answer, first on nothing and then on its own data; idle; many kinds',
  run: async ({ settings, directory, progress }) => {
    const { starts, notes } = await chooseApiSides(settings)
    const kinds = settings.quick ? QUICK_KINDS : KINDS
    const clusters = settings.quick ? QUICK_CLUSTERS : CLUSTERS
    const runs: Row[] = []
    for (let round = 0; round < settings.pairs; round++) {
      for (const start of starts) {
        using own = scratch(directory)
        const began = performance.now()
        await using side = await start(own.directory)
        const first = performance.now() - began
        progress(`run ${round + 1}: ${side.name} answers`)
        await sleep(settings.quick ? 0 : SETTLE_MS)
        const idle = side.cost()?.rssBytes
        const { seconds } = await side.load.call('defineKinds', { kubeconfig: side.kubeconfig(), count: kinds })
        await sleep(settings.quick ? 0 : SETTLE_MS)
        const after = side.cost()?.rssBytes
        const again = performance.now()
        await side.restart?.()
        runs.push({
          server: side.name,
          first,
          ...(side.restart && { again: performance.now() - again }),
          ...(idle !== undefined &&
            after !== undefined && {
              idle: idle / 2 ** 20,
              'a kind': (after - idle) / 1024 / kinds,
            }),
          kinds: seconds,
          ...(side.name === 'muster' && idle !== undefined
            ? { 'a cluster': ((await rssOf(clusters, own.directory, settings.quick)) - idle) / 1024 / clusters }
            : {}),
        })
      }
    }
    return [
      {
        title: 'start',
        columns: [
          words('server'),
          figure('first', 'ms'),
          figure('again', 'ms'),
          figure('idle', 'MiB'),
          figure('kinds', 's', 1),
          figure('a kind', 'KB', 1),
          figure('a cluster', 'KB', 1),
        ],
        rows: [...new Set(runs.map(({ server }) => server))].map((server) =>
          medians(runs.filter((run) => run.server === server)),
        ),
        runs,
        notes: [
          'first: on an empty directory, keys and certificates made; again: after a kill, with the kinds below; the way from spawn to ready',
          `idle: resident after ${SETTLE_MS / 1000} s; kinds: ${kinds} definitions created, until the last is served; a kind: what resident memory grew by`,
          `a cluster: by how much more is resident, in another process, with ${clusters} empty logical clusters more`,
          ...notes,
        ],
      },
    ]
  },
}

/** Resident bytes of a Muster with so many empty logical clusters besides the first. */
async function rssOf(clusters: number, directory: string, quick: boolean): Promise<number> {
  const names = Array.from({ length: clusters }, (_, number) => `c${number}`)
  const server = await startApi(join(directory, 'clusters'), '--cluster', ...names)
  try {
    await sleep(quick ? 0 : SETTLE_MS)
    return readProcess(server.pid)?.rssBytes ?? Number.NaN
  } finally {
    await server.kill()
  }
}
