/** What node:http gives when a request costs nothing but HTTP and JSON: the ceiling of any API of ours. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Bench } from '../harness/bench.ts'
import { startChild } from '../harness/child.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { median } from '../harness/statistics.ts'
import { startMeter } from '../harness/usage.ts'
import type { HttpLoadCalls } from './http-load.ts'
import { serveHttp } from './http-server.ts'

const CONNECTIONS = 64
const OBJECT_BYTES = 1200

/** Answers a second of node:http, with GET and with POST. */
export const httpLimit: Bench = {
  name: 'http',
  group: 'limits',
  about: `node:http over loopback, ${CONNECTIONS} keep-alive connections from another process, ${OBJECT_BYTES} bytes of JSON`,
  run: async ({ settings }) => {
    await using server = await serveHttp(answer)
    await using load = startChild<HttpLoadCalls>(new URL('./http-load.ts', import.meta.url))
    const body = JSON.stringify(exampleObject())
    const requests = {
      GET: 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n',
      POST: `POST / HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    }
    const seconds = settings.seconds / settings.pairs
    const measure = async (method: 'GET' | 'POST'): Promise<Row> => {
      const meter = startMeter()
      const rate = await load.call('run', {
        port: server.port,
        connections: CONNECTIONS,
        seconds,
        request: requests[method],
      })
      const cpu = meter.stop().cpuMicroseconds / (rate.answersPerSecond * seconds)
      return { method, answers: rate.answersPerSecond, cpu, p50: rate.p50Ms, p99: rate.p99Ms }
    }
    await measure('GET')
    await measure('POST')
    const runs: Row[] = []
    for (let pair = 0; pair < settings.pairs; pair++) runs.push(await measure('GET'), await measure('POST'))
    const rows = ['GET', 'POST'].map((method) => {
      const of = runs.filter((run) => run.method === method)
      const middle = (column: string) => median(of.map((run) => Number(run[column])))
      return { method, answers: middle('answers'), cpu: middle('cpu'), p50: middle('p50'), p99: middle('p99') }
    })
    return [
      {
        title: 'node:http',
        columns: [
          words('method'),
          figure('answers', '/s'),
          figure('cpu', 'µs/answer', 1),
          figure('p50', 'ms', 2),
          figure('p99', 'ms', 2),
        ],
        rows,
        runs,
        notes: [
          httpLimit.about,
          'GET stringifies an object; POST parses one, changes its version and stringifies it; cpu is the server process',
        ],
      },
    ]
  },
}

interface ExampleObject {
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    resourceVersion: string
  }
  readonly spec: { readonly replicas: number; readonly text: string }
}

const served = exampleObject()
let version = 1e9

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    send(response, served)
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const object: ExampleObject = JSON.parse(Buffer.concat(chunks).toString())
    object.metadata.resourceVersion = String(++version)
    send(response, object)
  })
}

function send(response: ServerResponse, object: ExampleObject): void {
  const body = Buffer.from(JSON.stringify(object))
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
  response.end(body)
}

/** Filled up to its size with text, the cheapest thing to parse: real objects do not come cheaper. */
function exampleObject(): ExampleObject {
  const labels = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`example.org/label-${n}`, `value-${n}`]))
  const object = (text: string) => ({
    metadata: { name: 'example', labels, resourceVersion: '1000000000' },
    spec: { replicas: 3, text },
  })
  const bare = JSON.stringify(object('')).length
  return object('x'.repeat(OBJECT_BYTES - bare))
}
