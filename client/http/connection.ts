/**
 * A connection to a server over HTTP/2 and TLS, as the function that a client stands on.
 *
 * One session carries all requests, watches included; it is made when first needed and again after it broke. A ping
 * finds a session whose other end is gone without a word, so that no watch waits for ever on half a connection.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import type { ApiRequest, ApiResponse, Handle } from '@muster/api/message.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'

/** Where the server is, and how both sides prove who they are. PEM. */
export interface ServerAddress {
  /** `https://127.0.0.1:6443`. */
  readonly url: string
  /** Those that the machine trusts when absent. */
  readonly ca?: string
  /** Whoever answers is believed: anybody between may read and change what is said. */
  readonly insecure?: boolean
  readonly certificate?: string
  readonly key?: string
  /** The name in the server's certificate, where it differs from the host of the url. */
  readonly servername?: string
}

/** A function that carries requests, and what it holds open. */
export interface Connection {
  readonly send: Handle
  close(): void
}

/** How often an idle session is asked whether it lives, and how long it may take to say so. */
const PING_EVERY: Duration = seconds(15)
const PING_ANSWER_MAX: Duration = seconds(15)

/** A connection that opens with the first request. */
export function connectTo(address: ServerAddress, clock: Clock): Connection {
  const { url, ca, insecure = false, certificate, key, servername } = address
  let session: ClientHttp2Session | undefined
  let closed = false

  const open = (): ClientHttp2Session => {
    if (closed) throw new ControlError('Unavailable', `the connection to ${url} was closed by its owner`)
    if (session && !session.closed && !session.destroyed) return session
    const fresh = connect(url, {
      ...(ca === undefined ? {} : { ca }),
      rejectUnauthorized: !insecure,
      ...(certificate && key ? { cert: certificate, key } : {}),
      ...(servername ? { servername } : {}),
    })
    fresh.on('error', () => fresh.destroy())
    fresh.on('goaway', () => fresh.close())
    session = fresh
    void keepAlive(fresh, clock)
    return fresh
  }

  return {
    send: (request) => carry(open, request, url),
    close() {
      closed = true
      session?.destroy()
    },
  }
}

async function keepAlive(session: ClientHttp2Session, clock: Clock): Promise<void> {
  const gone = new AbortController()
  session.once('close', () => gone.abort())
  const rest = (length: Duration) => clock.sleep(length, gone.signal).catch(() => {})
  while (!session.destroyed) {
    await rest(PING_EVERY)
    if (session.destroyed) return
    const answered = await new Promise<boolean>((resolve) => {
      void rest(PING_ANSWER_MAX).then(() => resolve(false))
      if (!session.ping((error) => resolve(error === null))) resolve(false)
    })
    if (!answered) session.destroy(new ControlError('Unavailable', 'the server does not answer pings'))
  }
}

function carry(open: () => ClientHttp2Session, request: ApiRequest, url: string): Promise<ApiResponse> {
  const { method, path, query, headers, body, signal } = request
  const search = query.toString()
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new ControlError('Unavailable', `${method} ${path}: ${url} did not answer: ${sayCause(cause)}`, cause))
    if (signal.aborted) return fail(signal.reason)
    let stream: ClientHttp2Stream
    try {
      stream = open().request(
        {
          ...headers,
          [constants.HTTP2_HEADER_METHOD]: method,
          [constants.HTTP2_HEADER_PATH]: search === '' ? path : `${path}?${search}`,
        },
        { endStream: body.length === 0, signal },
      )
    } catch (cause) {
      return fail(cause)
    }
    stream.once('error', fail)
    stream.once('close', () => fail(new Error('the stream was closed')))
    stream.once('response', (answered) => {
      const { [constants.HTTP2_HEADER_STATUS]: status = 0, ...others } = answered
      resolve({
        status: Number(status),
        headers: plainHeaders(others),
        body: { body: 'stream', stream: chunksOf(stream, url) },
      })
    })
    if (body.length > 0) stream.end(body)
  })
}

/** A stream that breaks ends with an error, so that nobody takes half an answer for a whole one. */
async function* chunksOf(stream: ClientHttp2Stream, url: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk
  } catch (cause) {
    throw new ControlError('Unavailable', `the answer of ${url} broke off: ${sayCause(cause)}`, cause)
  }
}

const plainHeaders = (headers: object): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => !name.startsWith(':') && value !== undefined),
  ) as Record<string, string | string[]> // Node gives strings, and lists of them for set-cookie.

const sayCause = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
