/** Requests that are carried on to a server behind a pod, over sockets: bodies, headers, redirects, switches, refusals. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:http2'
import { request as requestHttps } from 'node:https'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { systemClock } from '@muster/base/system.ts'
import { makeServing } from '../auth/identities.ts'
import { dialOver } from '../listen/dial.ts'
import { type Listener, listen } from '../listen/listener.ts'
import { openAsk } from '../testing/ask.ts'
import type { TestApi } from '../testing/open-test-api.ts'
import { createAgentRoster } from './agents.ts'
import { createConnectors } from './connectors.ts'

const WEB = '/api/v1/namespaces/default/pods/web/proxy'
let api: TestApi
let listener: Listener
let heard: IncomingHttpHeaders = {}

const behind = createServer((request, response) => {
  heard = request.headers
  if (request.url === '/echo') return void request.pipe(response)
  if (request.url?.startsWith('/to')) return void response.writeHead(302, { location: `/there${request.url}` }).end()
  if (request.url === '/away') return void response.writeHead(302, { location: 'http://example.test/x' }).end()
  if (request.url === '/break') return void response.destroy()
  response.writeHead(418, {
    'keep-alive': 'timeout=9',
    connection: 'keep-alive, x-mine',
    'x-mine': '1',
    'x-other': '2',
  })
  response.end(`${request.method} ${request.url}`)
})
behind.on('upgrade', (request, socket) => {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\nX-Mine: 1\r\n\r\n`,
  )
  socket.on('data', (bytes: Buffer) => socket.write(bytes.toString().toUpperCase()))
  socket.on('end', () => socket.end())
})

before(async () => {
  behind.listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const address = behind.address()
  ok(address && typeof address === 'object')
  const dial = dialOver(systemClock)
  // The pod's address stands for that of the server behind it; nobody listens at any other port.
  const connectors = createConnectors({
    agents: createAgentRoster(),
    clock: systemClock,
    dial: (_host, port) => dial('127.0.0.1', port === 8080 ? address.port : 1),
  })
  const { api: opened, ask } = await openAsk({ clock: systemClock, connectors })
  api = opened
  const write = async (method: string, path: string, body: object) => {
    const answered = await ask(method, path, body)
    ok(answered.status < 300, JSON.stringify(answered.body))
    return answered.body
  }
  await write('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  await write('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const spec = { nodeName: 'n1', containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 8080 }] }] }
  const pod = await write('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'web' }, spec })
  await write('PUT', '/api/v1/namespaces/default/pods/web/status', {
    ...pod,
    status: { podIP: '10.1.2.3', podIPs: [{ ip: '10.1.2.3' }] },
  })
  const entropy = (count: number) => new Uint8Array(randomBytes(count))
  const { server } = await makeServing(['127.0.0.1'], { now: systemClock.now(), entropy })
  const tls = { key: server.privateKey, certificate: server.certificate, clientCa: server.certificate }
  listener = await listen({ host: '127.0.0.1', port: 0, tls, clock: systemClock, handle: api.handle })
})
after(async () => {
  api?.close()
  await listener?.close()
  behind.close()
  behind.closeAllConnections()
})

async function ask(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}) {
  const request = requestHttps({
    host: '127.0.0.1',
    port: listener.port,
    rejectUnauthorized: false,
    agent: false,
    method,
    path,
    headers: { authorization: `Bearer ${api.adminToken}`, ...headers },
  })
  request.end(body)
  const [response] = await once(request, 'response')
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }
}

test('status, body and headers come back, but for those of one connection', async () => {
  const { status, headers, body } = await ask('DELETE', `${WEB}/page?x=1&y=%2F`, undefined, {
    'x-forwarded-for': '192.0.2.1',
    'impersonate-user': 'admin',
    'impersonate-group': 'system:masters',
    connection: 'x-hop',
    'x-hop': '1',
    'x-far': '2',
  })
  deepEqual([status, body.toString()], [418, 'DELETE /page?x=1&y=%2F'])
  deepEqual([headers['x-mine'], headers['x-other'], headers['keep-alive']], [undefined, '2', 'timeout=5'])
  deepEqual(
    [heard.authorization, heard['impersonate-user'], heard['x-hop'], heard['x-far'], heard['x-forwarded-for']],
    [undefined, undefined, undefined, '2', '192.0.2.1, 127.0.0.1'],
  )
  equal(heard['x-forwarded-uri'], `${WEB}/page`)
})

test('a body that is larger than the API would read goes through, over HTTP/1.1; over HTTP/2 one that it would', async () => {
  const large = randomBytes(7 * 1024 * 1024)
  const { status, body } = await ask('POST', `${WEB}/echo`, large)
  deepEqual([status, body.equals(large)], [200, true])
  const small = large.subarray(0, 2 * 1024 * 1024)
  const session = connect(`https://127.0.0.1:${listener.port}`, { rejectUnauthorized: false })
  const authorization = `Bearer ${api.adminToken}`
  const stream = session.request({ ':method': 'POST', ':path': `${WEB}/echo`, authorization })
  stream.end(small)
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  equal(Buffer.concat(pieces).equals(small), true)
  session.close()
})

test('redirects lead through the proxy, and those to elsewhere lead there', async () => {
  const root = await ask('GET', `${WEB}?x=1`)
  deepEqual([root.status, root.headers.location], [301, `${WEB}/?x=1`])
  equal((await ask('GET', `${WEB}/to`)).headers.location, `${WEB}/there/to`)
  equal((await ask('GET', `${WEB}/away`)).headers.location, 'http://example.test/x')
})

test('where nobody answers it is 503, in words', async () => {
  for (const [path, why] of [
    ['pods/web:1/proxy/', /^error trying to reach service: dial tcp .*: connect: connection refused$/],
    ['pods/web/proxy/break', /^error trying to reach service: /],
  ] as const) {
    const { status, body } = await ask('GET', `/api/v1/namespaces/default/${path}`)
    const { reason, message } = JSON.parse(body.toString())
    deepEqual([status, reason], [503, 'ServiceUnavailable'])
    match(message, why)
  }
})

test('exec and port-forward have to be switched', async () => {
  for (const path of ['exec?command=ls&stdout=true', 'attach', 'portforward']) {
    const { status, body } = await ask('POST', `/api/v1/namespaces/default/pods/web/${path}`)
    const { code, message } = JSON.parse(body.toString())
    // Whether the agent can be reached is asked first.
    deepEqual([path, status, code], [path, 500, 500])
    match(message, /error dialing backend: no agent of node n1/)
  }
})

/** A connection that asks to be switched, and what came back so far. */
async function switched(path: string, token: string) {
  const socket = connectTls({ host: '127.0.0.1', port: listener.port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  let text = ''
  socket.on('data', (bytes) => {
    text += String(bytes)
  })
  socket.on('error', () => {})
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Authorization: Bearer ${token}`,
  ]
  socket.write([...lines, '', ''].join('\r\n'))
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) await once(socket, 'data', { signal: AbortSignal.timeout(5000) })
  }
  return { socket, until, text: () => text }
}

test('a switch of protocols goes through, both ways', async () => {
  const { socket, until, text } = await switched(`${WEB}/chat`, api.adminToken)
  await until(/\r\n\r\n/)
  match(text(), /^HTTP\/1.1 101 Switching Protocols\r\n/)
  match(text(), /\r\nx-mine: 1\r\n/i)
  socket.write('hello')
  await until(/HELLO/)
  socket.end()
  await once(socket, 'close')
})

test('a refusal of a switch is an answer like any other', async () => {
  const { socket, until, text } = await switched(`${WEB}/chat`, 'nobody')
  await until(/"code":401\}/)
  match(text(), /^HTTP\/1.1 401 Unauthorized\r\n/)
  socket.end()
  await once(socket, 'close')
})

test('a conversation ends with the server', async () => {
  const { socket, until } = await switched(`${WEB}/chat`, api.adminToken)
  await until(/\r\n\r\n/)
  api.close()
  await once(socket, 'close', { signal: AbortSignal.timeout(5000) })
})
