/**
 * What the package costs, in a process of its own: `node tools/package-test-server.ts && node --expose-gc apps/test-server/measure.ts`.
 *
 * One line of JSON: milliseconds to the first answer, cold and warm, and megabytes resident.
 */
import { createRequire } from 'node:module'

const began = performance.now()
const entry: typeof import('./index.ts') = createRequire(import.meta.url)('./dist/index.js')
const imported = performance.now()
const start = async () => {
  const from = performance.now()
  const cluster = await entry.startTestServer({ profile: 'muster' })
  await cluster.client.call({ method: 'GET', path: '/api/v1/namespaces' })
  return { cluster, ms: performance.now() - from }
}
const megabytes = () => {
  globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { rss: rss / 1e6, used: (heapUsed + external + arrayBuffers) / 1e6 }
}
const round = (value: number) => Math.round(value * 100) / 100

const first = await start()
const afterFirst = megabytes()
const SERVERS = 100
const warm: number[] = []
for (let count = 0; count < SERVERS; count++) warm.push((await start()).ms)
const afterServers = megabytes()
const CLUSTERS = 1_000
const clustersFrom = performance.now()
for (let count = 0; count < CLUSTERS; count++) {
  const { client } = await first.cluster.addLogicalCluster(`c${count}`)
  await client.call({ method: 'GET', path: '/api/v1/namespaces' })
}
const clusterMs = (performance.now() - clustersFrom) / CLUSTERS
await first.cluster.settled()
const afterClusters = megabytes()
const forkFrom = performance.now()
await (await start()).cluster.fork()
const forkMs = performance.now() - forkFrom

console.log(
  JSON.stringify({
    importMs: round(imported - began),
    firstStartMs: round(first.ms),
    residentMB: round(afterFirst.rss),
    warmStartMs: round(warm.toSorted((one, other) => one - other)[SERVERS / 2] ?? 0),
    serverMB: round((afterServers.used - afterFirst.used) / SERVERS),
    clusterMs: round(clusterMs),
    clusterKB: round(((afterClusters.used - afterServers.used) / CLUSTERS) * 1000),
    startAndForkMs: round(forkMs),
  }),
)
process.exit()
