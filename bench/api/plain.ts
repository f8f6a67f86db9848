/**
 * A process that answers as an API server does, over the same TLS and HTTP/2, and does nothing for it: it parses what
 * comes, changes its version and sends it back, and has one list ready. The ceiling of any API server on Node.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import { join } from 'node:path'
import { assert } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { issueServerCertificate, makeAuthority } from '@muster/server/auth/certificates.ts'
import { serveParent } from '../harness/child.ts'
import { COLLECTION, configMap, textOf } from './config-maps.ts'

let list = Buffer.alloc(0)
let object = Buffer.from('{}')
let version = 1e9

/** Listens, and answers where the way in is written. */
async function start({ directory }: { readonly directory: string }): Promise<string> {
  const making = { now: systemClock.now(), entropy: randomBytes }
  const authority = await makeAuthority('bench', making)
  const { certificate, privateKey } = await issueServerCertificate(authority, ['localhost', '127.0.0.1'], making)
  const server = createSecureServer({ key: privateKey, cert: certificate, settings: { maxConcurrentStreams: 1000 } })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    const path = headers[':path'] ?? ''
    if (headers[':method'] === 'GET') send(stream, path.startsWith(`${COLLECTION}?`) ? list : object)
    else void echo(stream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(address !== null && typeof address === 'object', 'a TCP server has a port')
  const cluster = {
    server: `https://127.0.0.1:${address.port}`,
    'certificate-authority-data': Buffer.from(authority.certificate).toString('base64'),
  }
  const kubeconfig = join(directory, 'plain-kubeconfig')
  writeFileSync(kubeconfig, JSON.stringify({ clusters: [{ cluster }], users: [{ user: { token: 'plain' } }] }))
  return kubeconfig
}

/** What GET answers from now on: one object of that size, and a list of so many. */
async function hold({ objectBytes, count }: { readonly objectBytes: number; readonly count: number }): Promise<void> {
  const { metadata, ...rest } = JSON.parse(configMap('l-0', textOf(objectBytes)).toString())
  const uid = '00000000-0000-4000-8000-000000000000'
  object = Buffer.from(JSON.stringify({ ...rest, metadata: { ...metadata, uid, managedFields: 'x'.repeat(250) } }))
  const head = Buffer.from('{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[')
  const items = Array.from({ length: count }, () => [object, Buffer.from(',')])
    .flat()
    .slice(0, -1)
  list = Buffer.concat([head, ...items, Buffer.from(']}')])
}

async function echo(stream: ServerHttp2Stream): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  if (chunks.length === 0) return send(stream, object)
  const parsed: { metadata: { resourceVersion?: string } } = JSON.parse(Buffer.concat(chunks).toString())
  parsed.metadata.resourceVersion = String(++version)
  send(stream, Buffer.from(JSON.stringify(parsed)))
}

function send(stream: ServerHttp2Stream, body: Buffer): void {
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': body.length })
  stream.end(body)
}

const calls = { start, hold }

/** What the parent may call. */
export type PlainCalls = typeof calls

serveParent(calls)
