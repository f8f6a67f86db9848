/** How fast one large answer leaves a node:http server: the ceiling of every list. */
import type { Bench } from '../harness/bench.ts'
import { startChild } from '../harness/child.ts'
import { figure } from '../harness/result.ts'
import { median } from '../harness/statistics.ts'
import { startMeter } from '../harness/usage.ts'
import type { HttpLoadCalls } from './http-load.ts'
import { serveHttp } from './http-server.ts'

const BODY_BYTES = 100e6

/** Bytes a second of one large answer. */
export const bodyLimit: Bench = {
  name: 'body',
  group: 'limits',
  about: 'one connection on loopback asks again and again for 100 MB that the server holds as one Buffer',
  run: async ({ settings }) => {
    const body = Buffer.alloc(BODY_BYTES, 'muster ')
    await using server = await serveHttp((_request, response) => {
      response.writeHead(200, { 'Content-Length': body.length })
      response.end(body)
    })
    await using load = startChild<HttpLoadCalls>(new URL('./http-load.ts', import.meta.url))
    const ask = (seconds: number) =>
      load.call('run', { port: server.port, connections: 1, seconds, request: 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n' })
    await ask(settings.seconds / settings.pairs / 4)
    const runs = []
    for (let pair = 0; pair < settings.pairs; pair++) {
      const meter = startMeter()
      const { bytesPerSecond } = await ask(settings.seconds / settings.pairs)
      const { seconds, cpuMicroseconds } = meter.stop()
      runs.push({ bytes: bytesPerSecond / 1e9, cpu: cpuMicroseconds / 1e6 / ((bytesPerSecond * seconds) / 1e9) })
    }
    return [
      {
        title: 'large body',
        columns: [figure('bytes', 'GB/s', 2), figure('cpu', 's/GB', 2)],
        rows: [{ bytes: median(runs.map(({ bytes }) => bytes)), cpu: median(runs.map(({ cpu }) => cpu)) }],
        runs,
        notes: [bodyLimit.about, 'cpu is the server process'],
      },
    ]
  },
}
