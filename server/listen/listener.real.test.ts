/** Bodies and answers over real sockets, in HTTP/2 and in HTTP/1.1: whole, cut in the middle, and too large. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { request as requestHttp1 } from 'node:https'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type ApiRequest, answer, BODY_BYTES_MAX } from '@muster/api/message.ts'
import { systemClock } from '@muster/base/system.ts'
import { makeServing } from '../auth/identities.ts'
import { type Listener, listen } from './listener.ts'

let listener: Listener
let session: ClientHttp2Session
let ca = ''
let heard: ApiRequest[] = []

before(async () => {
  const entropy = (count: number) => new Uint8Array(randomBytes(count))
  const { authority, server } = await makeServing(['127.0.0.1'], { now: systemClock.now(), entropy })
  ca = authority.certificate
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: { key: server.privateKey, certificate: server.certificate, clientCa: ca },
    clock: systemClock,
    cluster: 'eu',
    handle: async (request) => {
      heard.push(request)
      return answer(200, 'text/plain', request.body, { warning: ['one', 'two'] })
    },
  })
  session = connect(`https://127.0.0.1:${listener.port}`, { ca })
})
after(async () => {
  session.close()
  await listener.close()
})
beforeEach(() => {
  heard = []
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Sends these chunks one after the other, each in a frame or chunk of its own. */
async function askHttp2(method: string, chunks: readonly Buffer[], headers = {}): Promise<Answer> {
  const stream = session.request({ ':method': method, ':path': '/api?watch=0', 'User-Agent': 'test', ...headers })
  // A server that has answered need not read the rest.
  stream.on('error', () => {})
  const received: Buffer[] = []
  stream.on('data', (chunk: Buffer) => received.push(chunk))
  const answered = once(stream, 'response')
  const closed = once(stream, 'close')
  for (const chunk of chunks) {
    if (stream.destroyed) break
    stream.write(chunk)
    await delay(1)
  }
  stream.end()
  const [answerHeaders] = await answered
  await closed
  return { status: answerHeaders[':status'], headers: answerHeaders, body: Buffer.concat(received).toString() }
}

async function askHttp1(method: string, chunks: readonly Buffer[], headers = {}): Promise<Answer> {
  const request = requestHttp1({ host: '127.0.0.1', port: listener.port, ca, method, path: '/api?watch=0', headers })
  request.on('error', () => {})
  const answered = once(request, 'response')
  for (const chunk of chunks) {
    if (request.destroyed) break
    request.write(chunk)
    await delay(1)
  }
  request.end()
  const [response] = await answered
  const received: Buffer[] = []
  for await (const chunk of response) received.push(chunk)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(received).toString() }
}

const HALVES = [Buffer.from('one half, '), Buffer.from('and the other')]
const TOO_MUCH = Array.from({ length: 5 }, () => Buffer.alloc(BODY_BYTES_MAX / 4))

for (const [name, ask] of [
  ['HTTP/2', askHttp2],
  ['HTTP/1.1', askHttp1],
] as const) {
  test(`${name}: a body in several pieces comes whole, and goes back`, async () => {
    const { status, headers, body } = await ask('POST', HALVES, { 'impersonate-group': ['a,b', 'c'], 'x-twice': 'x' })
    equal(status, 200)
    equal(body, 'one half, and the other')
    equal(headers['content-length'], '23')
    ok(headers.date)
    const [request] = heard
    equal(request?.method, 'POST')
    equal(request?.path, '/clusters/eu/api')
    equal(request?.query.get('watch'), '0')
    equal(request?.headers['x-twice'], 'x')
    equal(Object.keys(request?.headers ?? {}).filter((header) => header.startsWith(':')).length, 0)
    deepEqual(request?.headerLists, { 'impersonate-group': ['a,b', 'c'] })
    equal(request?.remoteAddress, '127.0.0.1')
  })

  test(`${name}: no body, and an answer without one`, async () => {
    equal((await ask('GET', [])).status, 200)
    equal((await ask('DELETE', [])).body, '')
    const head = await ask('HEAD', [])
    equal(head.status, 200)
    equal(head.body, '')
    deepEqual(
      heard.map(({ method, body }) => [method, body.length]),
      [
        ['GET', 0],
        ['DELETE', 0],
        ['HEAD', 0],
      ],
    )
  })

  test(`${name}: a body that grows too large is refused, and the next request is answered`, async () => {
    const { status, body } = await ask('POST', TOO_MUCH)
    equal(status, 413)
    equal(JSON.parse(body).reason, 'RequestEntityTooLarge')
    equal(heard.length, 0)
    equal((await ask('POST', HALVES)).status, 200)
  })

  test(`${name}: a body that says that it is too large is refused before it comes`, async () => {
    const { status } = await ask('POST', TOO_MUCH, { 'content-length': String((5 * BODY_BYTES_MAX) / 4) })
    equal(status, 413)
    equal(heard.length, 0)
  })
}

test('HTTP/2: a client that gives up in the middle of its body is not taken at half its word', async () => {
  for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR]) {
    const stream = session.request({ ':method': 'POST', ':path': '/api', 'content-length': '100' })
    stream.on('error', () => {})
    stream.write(Buffer.from('half'))
    await delay(20)
    stream.close(code)
    await delay(20)
  }
  equal(heard.length, 0)
  equal((await askHttp2('POST', HALVES)).status, 200)
})

test('HTTP/2: who asks whether to send a body is told to go on', async () => {
  const stream = session.request({ ':method': 'POST', ':path': '/api', expect: '100-continue' })
  await once(stream, 'continue')
  stream.end('now')
  const [headers] = await once(stream, 'response')
  equal(headers[':status'], 200)
  stream.resume()
  equal(Buffer.from(heard[0]?.body ?? []).toString(), 'now')
})
