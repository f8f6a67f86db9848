/** Probes over real sockets. */
import { deepEqual, match } from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { networkProber } from './network-prober.ts'

const listen = (server: Pick<Server, 'listen' | 'address'>): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
const host = '127.0.0.1'
const prober = networkProber(systemClock)
const http = (port: number, path: string) =>
  prober.ask({ ask: 'http', scheme: 'http', host, port, path, headers: [] }, seconds(0.3))

test('http: 2xx and 3xx are well, all else is not; silence and nobody are told apart', async () => {
  const server = createServer((asked, answer) => {
    if (asked.url !== '/silent') answer.writeHead(Number(asked.url?.slice(1))).end('said')
  })
  const port = await listen(server)
  deepEqual(await http(port, '/204'), { result: 'success', output: '' })
  deepEqual(await http(port, '/302'), { result: 'success', output: '' })
  deepEqual(await http(port, '/503'), { result: 'failure', output: 'HTTP probe failed with statuscode: 503' })
  match((await http(port, '/silent')).output, /^Get "http:\/\/127\.0\.0\.1:\d+\/silent": context deadline exceeded/)
  server.closeAllConnections()
  server.close()
  match((await http(port, '/204')).output, /dial tcp 127\.0\.0\.1:\d+: connect: connection refused$/)
})

test('tcp: whoever listens is well', async () => {
  const server = createTcp((socket) => socket.destroy())
  const port = await listen(server)
  const ask = () => prober.ask({ ask: 'tcp', host, port }, seconds(0.3))
  deepEqual(await ask(), { result: 'success', output: '' })
  await new Promise((resolve) => server.close(resolve))
  deepEqual(await ask(), { result: 'failure', output: `dial tcp 127.0.0.1:${port}: connect: connection refused` })
})

test('grpc: the health protocol, by service', async () => {
  const asked: string[] = []
  const server = createHttp2()
  server.on('stream', (stream) => {
    let sent = Buffer.alloc(0)
    stream.on('data', (bytes: Buffer) => {
      sent = Buffer.concat([sent, bytes])
    })
    stream.on('end', () => {
      const service = sent.subarray(7).toString()
      asked.push(service)
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, service === 'down' ? 2 : 1]))
    })
  })
  const port = await listen(server)
  const ask = (service: string) => prober.ask({ ask: 'grpc', host, port, service }, seconds(1))
  deepEqual(await ask(''), { result: 'success', output: '' })
  deepEqual(await ask('down'), { result: 'failure', output: 'service unhealthy (responded with "NOT_SERVING")' })
  deepEqual(asked, ['', 'down'])
  server.close()
})
