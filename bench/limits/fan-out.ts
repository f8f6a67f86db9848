/** How many deliveries a second leave one process for many watchers, one event a write and sixteen events a write. */
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { Bench } from '../harness/bench.ts'
import { startChild } from '../harness/child.ts'
import { figure } from '../harness/result.ts'
import { median } from '../harness/statistics.ts'
import { startMeter } from '../harness/usage.ts'
import { serveHttp } from './http-server.ts'
import type { StreamLoadCalls } from './stream-load.ts'

const EVENT_BYTES = 1024

/** Deliveries a second to many open streams. */
export const fanOutLimit: Bench = {
  name: 'fan-out',
  group: 'limits',
  about: 'chunked node:http streams over loopback, every event of 1 KiB to every watcher, watchers in another process',
  run: async ({ settings }) => {
    const watchers = settings.quick ? 100 : 1_000
    const streams: ServerResponse[] = []
    await using server = await serveHttp((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.flushHeaders()
      streams.push(response)
    })
    const measure = async (eventsPerWrite: number) => {
      streams.length = 0
      await using load = startChild<StreamLoadCalls>(new URL('./stream-load.ts', import.meta.url))
      await load.call('open', { port: server.port, streams: watchers })
      const meter = startMeter()
      const start = performance.now()
      const writes = await pump(
        streams,
        Buffer.alloc(EVENT_BYTES * eventsPerWrite, 'event '),
        settings.seconds / settings.pairs,
      )
      await load.call('received', { bytes: streams.reduce((sum, { socket }) => sum + (socket?.bytesWritten ?? 0), 0) })
      const seconds = (performance.now() - start) / 1000
      const deliveries = writes * eventsPerWrite
      return {
        perWrite: eventsPerWrite,
        deliveries: deliveries / seconds,
        cpu: meter.stop().cpuMicroseconds / deliveries,
      }
    }
    const runs: Awaited<ReturnType<typeof measure>>[] = []
    for (let pair = 0; pair < settings.pairs; pair++) runs.push(await measure(1), await measure(16))
    const rows = [1, 16].map((perWrite) => {
      const of = runs.filter((run) => run.perWrite === perWrite)
      return {
        watchers,
        perWrite,
        deliveries: median(of.map(({ deliveries }) => deliveries)),
        cpu: median(of.map(({ cpu }) => cpu)),
      }
    })
    return [
      {
        title: 'stream fan-out',
        columns: [
          figure('watchers', ''),
          figure('perWrite', 'events/write'),
          figure('deliveries', '/s'),
          figure('cpu', 'µs/delivery', 2),
        ],
        rows,
        runs,
        notes: [fanOutLimit.about, 'timed until the last byte has arrived; cpu is the server process'],
      },
    ]
  },
}

/** Writes to every stream that has room, in turn, until the time is up. Answers how many writes there were. */
async function pump(streams: readonly ServerResponse[], bytes: Buffer, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let writes = 0
  while (performance.now() < end) {
    for (const stream of streams) {
      if (stream.writableNeedDrain) continue
      stream.write(bytes)
      writes++
    }
    await setImmediate()
  }
  return writes
}
