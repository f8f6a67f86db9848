/** Muster with all its controllers and simulated machines, in virtual time, for scenarios to be played on. */
import { parseQuery, piecesOf } from '@muster/api/message.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { startTestCluster } from '@muster/test-server/cluster.ts'
import type { TestCluster } from '@muster/test-server/test-cluster.ts'
import { labelsOf } from '../node.ts'
import type { Ask, World } from '../play.ts'

/** Whatever follows from a deed, tried again and slowed down, has followed by then. */
const QUIET_SECONDS = 20

/** Starts it, without nodes. */
export async function startMusterWorld(): Promise<World & AsyncDisposable> {
  const cluster = await startTestCluster({ time: 'virtual', nodes: 0 })
  return {
    ask: askAs(cluster.users.as('oracle-admin', ['system:masters']).token, cluster.handle),
    async startMachine(draft) {
      const known = cluster.nodes.list().find(({ name }) => name === draft.name)
      if (known) known.connect()
      else await cluster.nodes.add({ ...draft, labels: labelsOf(draft) })
    },
    async stopMachine(name) {
      cluster.nodes.get(name).disconnect()
    },
    async endPod({ metadata }, exitCode) {
      const { namespace, name } = isObject(metadata) ? metadata : {}
      await cluster.crash({ namespace: String(namespace), name: String(name), exitCode })
      await cluster.settled()
    },
    async waitForSecond(second) {
      await cluster.clock.advance(`${(60 + second - cluster.clock.now().getUTCSeconds()) % 60}s`)
    },
    settle: (seconds = QUIET_SECONDS) => cluster.clock.advance(`${seconds}s`),
    [Symbol.asyncDispose]: () => cluster.close(),
  }
}

const askAs =
  (token: string, handle: TestCluster['handle']): Ask =>
  async (method, path, body, contentType = 'application/json') => {
    const answer = await handle({
      method,
      path,
      query: parseQuery(''),
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': contentType,
        'user-agent': 'oracle/1.0',
      },
      body: body === undefined ? new Uint8Array(0) : new TextEncoder().encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of piecesOf(answer.body)) chunks.push(chunk)
    return { status: answer.status, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  }
