/**
 * A process that does with the packed test server what a test does, and prints what that took as a line of JSON:
 *
 *     node one-process.js SERVERS CLUSTERS
 *
 * It is bundled as the package is. It imports that, starts one server and lists its namespaces; then it starts others up to SERVERS, and asks each;
 * then it adds CLUSTERS logical clusters to one more, and asks each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'

const [servers = '1', clusters = '0'] = process.argv.slice(2)
/** Garbage of the start is collected within this, or it counts. */
const SETTLE_MS = 1_000

/** Four namespaces, or it was no answer. */
async function askFirst(client: Client): Promise<void> {
  const list = (await client.call({ method: 'GET', path: '/api/v1/namespaces' })) as { items: unknown[] }
  assert(list.items.length === 4, 'a new cluster has four namespaces')
}

const rss = async (): Promise<number> => {
  await sleep(SETTLE_MS)
  return process.memoryUsage.rss()
}

const began = performance.now()
const { startTestServer } = await import('@muster/test-server/index.ts')
const imported = performance.now()
const held = [await startTestServer()]
for (const { client } of held) await askFirst(client)
const answered = performance.now()
const first = process.memoryUsage.rss()

for (let server = 1; server < Number(servers); server++) {
  const next = await startTestServer()
  await askFirst(next.client)
  held.push(next)
}
const started = performance.now()
const many = await rss()

const home = await startTestServer({ profile: 'muster' })
const emptyHome = await rss()
const addingFrom = performance.now()
for (let cluster = 0; cluster < Number(clusters); cluster++) {
  const { client } = await home.addLogicalCluster(`c${cluster}`)
  await askFirst(client)
}
const added = performance.now()
const full = await rss()

console.log(
  JSON.stringify({
    importMs: imported - began,
    coldMs: answered - began,
    firstBytes: first,
    serverMs: (started - answered) / Math.max(1, held.length - 1),
    serverBytes: (many - first) / Math.max(1, held.length - 1),
    ...(Number(clusters) > 0 && {
      clusterMs: (added - addingFrom) / Number(clusters),
      clusterBytes: (full - emptyHome) / Number(clusters),
    }),
  }),
)
// Whoever measures a start does not wait for an end.
process.exit(0)
