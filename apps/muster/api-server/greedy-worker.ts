/** Users who ask for all there is, all the time, from a thread of their own: the load of `fairness.real.test.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { piecesOf } from '@muster/api/message.ts'
import { seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { connectTo, type ServerAddress } from '@muster/client/http/connection.ts'

/** Where to, what for, and how much of it. */
export interface GreedyOrder {
  readonly address: ServerAddress
  readonly path: string
  readonly users: number
  /** Requests that each of them has on their way at a time. */
  readonly atOnce: number
}

/** What became of it, once it was told to end. */
export interface GreedyReport {
  readonly waits: readonly number[]
  readonly refused: number
}

const { address, path, users, atOnce }: GreedyOrder = workerData
const waits: number[] = []
let refused = 0
let isOver = false

async function beGreedy(user: string, send: ReturnType<typeof connectTo>['send']): Promise<void> {
  while (!isOver) {
    const began = systemClock.elapsed()
    const { status, body } = await send({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: { accept: 'application/json', 'impersonate-user': user },
      body: new Uint8Array(0),
      signal: new AbortController().signal,
    })
    for await (const _chunk of piecesOf(body));
    if (status !== 429) waits.push(systemClock.elapsed() - began)
    else {
      refused++
      await systemClock.sleep(seconds(0.2))
    }
  }
}

const connections = Array.from({ length: users }, () => connectTo(address, systemClock))
const all = connections.flatMap(({ send }, user) =>
  Array.from({ length: atOnce }, () => beGreedy(`greedy-${user}`, send)),
)
parentPort?.on('message', async () => {
  isOver = true
  await Promise.all(all)
  for (const connection of connections) connection.close()
  const report: GreedyReport = { waits, refused }
  parentPort?.postMessage(report)
  parentPort?.close()
})
