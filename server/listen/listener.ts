/**
 * The API on a socket: HTTP/2 and HTTP/1.1 over TLS, on one port, as the adapters of one plain function.
 *
 * HTTP/1.1 stays allowed beside HTTP/2 because `kubectl exec` upgrades its connection, which only HTTP/1.1 can.
 */
import type { ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  type ApiRequest,
  type ApiResponse,
  answerJson,
  BODY_BYTES_MAX,
  type Handle,
  parseQuery,
} from '@muster/api/message.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'

/** What a server shows and what it asks of clients. All PEM. */
export interface TlsMaterial {
  readonly key: string
  readonly certificate: string
  /** Named to clients, so that they know which certificate to show. Clients without one are let in, to show a token. */
  readonly clientCa: string
}

/** Where to listen, and what answers. */
export interface ListenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls: TlsMaterial
  readonly handle: Handle
  readonly clock: Clock
  /** Answers for this logical cluster at `/`: in-cluster clients know no path prefix. */
  readonly cluster?: string
}

/** A socket that answers. */
export interface Listener {
  readonly host: string
  readonly port: number
  /** Shows another certificate to whoever connects from now on; connections that are open go on. */
  renew(tls: TlsMaterial): void
  /** Takes no more connections, and cuts those that are open after a grace: watches never end by themselves. */
  close(grace?: Duration): Promise<void>
}

/** Of one request in HTTP/2; in HTTP/1.1 Node has 16 KiB of its own. A token with many groups has a few. */
const HEADER_BYTES_MAX = 64 * 1024
/** As kube-apiserver's default --http2-max-streams-per-connection. */
const STREAMS_PER_CONNECTION_MAX = 1000
/** Node's default kills a session whose client cancels many watches at once, as a restarted controller manager does. */
const STREAM_RESETS = { burst: 10_000, perSecond: 1_000 }
/** Of one HTTP/2 connection, in megabytes: room for a thousand streams. */
const SESSION_MEMORY_MB = 64
/** Connections at most; each idle one costs about 76 KB in HTTP/1.1. */
const CONNECTIONS_MAX = 20_000
/** A client that takes longer to say its headers is not one of ours. */
const HEADERS_TIMEOUT: Duration = seconds(30)

/** Starts to listen. Throws Unavailable when the port is taken. */
export async function listen({ host, port, tls, handle, clock, cluster }: ListenOptions): Promise<Listener> {
  const server = createSecureServer({
    ...credentials(tls),
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxSessionMemory: SESSION_MEMORY_MB,
    settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION_MAX, maxHeaderListSize: HEADER_BYTES_MAX },
    streamResetBurst: STREAM_RESETS.burst,
    streamResetRate: STREAM_RESETS.perSecond,
  })
  server.setTimeout(0)
  server.maxConnections = CONNECTIONS_MAX
  if ('headersTimeout' in server) server.headersTimeout = HEADERS_TIMEOUT
  const open = new Set<Socket>()
  server.on('secureConnection', (socket) => {
    socket.setNoDelay(true)
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  server.on('request', (request, response) => {
    void serve(request, asReply(response), handle, cluster).catch(() => response.destroy())
  })
  const address = await bind(server, host, port)
  return {
    host,
    port: address.port,
    renew: (next) => server.setSecureContext(credentials(next)),
    close: (grace = seconds(0)) => closeServer(server, open, clock.sleep(grace)),
  }
}

const credentials = ({ key, certificate, clientCa }: TlsMaterial) => ({ key, cert: certificate, ca: clientCa })

function bind(server: Http2SecureServer, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another process listens there' : cause.message
      reject(new ControlError('Unavailable', `cannot listen on ${host} port ${port}: ${why}`, cause))
    })
    server.listen({ host, port }, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new TypeError('broken promise: a port has an address')
      resolve(address)
    })
  })
}

/** Resolves once every connection has ended; those that are open after the grace are cut. */
function closeServer(server: Http2SecureServer, open: ReadonlySet<Socket>, grace: Promise<void>): Promise<void> {
  void grace.then(() => {
    for (const socket of open) socket.destroy()
  })
  return new Promise((resolve) => server.close(() => resolve()))
}

/** The same calls answer HTTP/1.1 and HTTP/2: Node's compatibility response has all of these, though not its types. */
type Reply = Pick<
  ServerResponse,
  'destroyed' | 'destroy' | 'statusCode' | 'setHeader' | 'flushHeaders' | 'write' | 'end' | 'once' | 'off'
>
const asReply = (response: Http2ServerResponse): Reply => response as unknown as Reply

async function serve(
  request: Http2ServerRequest,
  response: Reply,
  handle: Handle,
  cluster: string | undefined,
): Promise<void> {
  const body = await readBody(request)
  if (body === 'cut') return
  if (body === 'too-large') {
    send(response, tooLarge(request), request.method)
    return
  }
  const answered = await handle(toApiRequest(request, response, body, cluster))
  await send(response, answered, request.method)
}

function toApiRequest(
  request: Http2ServerRequest,
  response: Reply,
  body: Uint8Array,
  cluster: string | undefined,
): ApiRequest {
  const at = request.url.indexOf('?')
  const path = at < 0 ? request.url : request.url.slice(0, at)
  let gone: AbortController | undefined
  const certificate = clientCertificate(request)
  return {
    method: request.method,
    path: cluster === undefined ? path : `/clusters/${cluster}${path}`,
    query: parseQuery(at < 0 ? '' : request.url.slice(at + 1)),
    headers: headersOf(request),
    headerLists: headerListsOf(request.rawHeaders),
    body,
    ...(request.socket.remoteAddress ? { remoteAddress: request.socket.remoteAddress } : {}),
    ...(certificate ? { clientCertificate: certificate } : {}),
    // Made when first asked for: only watches ask.
    get signal() {
      if (!gone) {
        gone = new AbortController()
        const { signal } = gone
        const abort = () => gone?.abort()
        if (response.destroyed || request.destroyed) abort()
        else if (!signal.aborted) response.once('close', abort)
      }
      return gone.signal
    },
  }
}

function headersOf(request: Http2ServerRequest): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(':')) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** Impersonation names each group in a header of its own, and the name of a group may hold a comma. */
function headerListsOf(raw: readonly string[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? ''
    if (name.startsWith('impersonate-')) lists[name] = [...(lists[name] ?? []), raw[at + 1] ?? '']
  }
  return lists
}

/** The certificate of the client, which TLS made it prove to hold; who vouches for it is asked by authentication. */
function clientCertificate({ socket, stream }: Http2ServerRequest): Uint8Array | undefined {
  // In HTTP/2 every request has a socket object of its own that stands for the connection's; in HTTP/1.1 no stream.
  const connection = stream?.session ?? socket
  if (certificates.has(connection)) return certificates.get(connection)
  const raw = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined
  certificates.set(connection, raw)
  return raw
}

/** Read once for each connection: the same array each time, by which others remember what they found out. */
const certificates = new WeakMap<object, Uint8Array | undefined>()

async function readBody(request: Http2ServerRequest): Promise<Uint8Array | 'cut' | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return 'too-large'
  if (request.method === 'GET' || request.method === 'HEAD') return NO_BYTES
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      size += chunk.length
      if (size > BODY_BYTES_MAX) return 'too-large'
      chunks.push(chunk)
    }
  } catch {
    return 'cut'
  }
  if (!request.complete) return 'cut'
  return chunks.length === 1 ? (chunks[0] ?? NO_BYTES) : Buffer.concat(chunks)
}

const NO_BYTES = new Uint8Array(0)

const tooLarge = (request: Http2ServerRequest): ApiResponse =>
  answerJson(
    413,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Request entity too large: limit is ${BODY_BYTES_MAX}`,
      reason: 'RequestEntityTooLarge',
      code: 413,
    },
    request.httpVersionMajor === 1 ? { connection: 'close' } : {},
  )

async function send(response: Reply, { status, headers, body }: ApiResponse, method: string): Promise<void> {
  if (response.destroyed) return abandon(body)
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, typeof value === 'string' ? value : [...value])
  response.statusCode = status
  switch (body.body) {
    case 'bytes':
      response.setHeader('content-length', String(body.bytes.length))
      response.end(method === 'HEAD' ? NO_BYTES : body.bytes)
      return
    case 'blocks':
      return pump(response, body.blocks)
    case 'stream':
      response.flushHeaders()
      return pump(response, body.stream)
    default:
      body satisfies never
  }
}

/** The client is gone before he was told anything: whoever would have told him is let go. */
async function abandon(body: ApiResponse['body']): Promise<void> {
  if (body.body === 'stream') await body.stream[Symbol.asyncIterator]().return?.()
}

/** Writes no faster than the client reads. */
async function pump(response: Reply, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (response.destroyed) return
    if (!response.write(chunk)) await drained(response)
  }
  response.end()
}

const drained = (response: Reply): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
