/**
 * The API on a socket: HTTP/2 and HTTP/1.1 over TLS, on one port, as the adapters of one plain function.
 *
 * HTTP/1.1 stays allowed beside HTTP/2 because `kubectl exec` upgrades its connection, which only HTTP/1.1 can.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Handle } from '@muster/api/message.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { type Exchange, serve } from './exchange.ts'
import { overHttp1 } from './http1.ts'
import { asksToSwitch, overUpgrade } from './http1-upgrade.ts'
import { overHttp2 } from './http2.ts'

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
  const take = (exchange: Exchange) => {
    void serve(exchange, handle, cluster).catch(() => exchange.output.destroy())
  }
  takeHttp1(server, take)
  // A setting of http servers that http2 servers take as well, other than their types say.
  Object.assign(server, { shouldUpgradeCallback: asksToSwitch })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    take(overUpgrade(request, socket, head, clock)),
  )
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) =>
    take(overHttp2(stream, headers, raw)),
  )
  const address = await bind(server, host, port)
  return {
    host,
    port: address.port,
    renew: (next) => server.setSecureContext(credentials(next)),
    close: (grace = seconds(0)) => closeServer(server, open, clock.sleep(grace)),
  }
}

/**
 * Node answers requests of HTTP/2 through objects of HTTP/1.1 as soon as anybody listens to `request`. They cost a tenth
 * of a small write, and whoever listens to `stream` has no use for them: what makes them is taken off again.
 */
function takeHttp1(server: Http2SecureServer, take: (exchange: Exchange) => void): void {
  // What comes is of HTTP/1.1, other than its types say.
  server.on('request', (request, response) => take(overHttp1(request, response as unknown as ServerResponse)))
  server.removeAllListeners('stream')
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
