/**
 * One POST over TLS and HTTP/1.1 to a server that somebody configured: the {@link Caller} of the real world.
 *
 * HTTP/1.1, so that many requests go over many connections, and a service may spread them. Connections are kept for the
 * next request to the same server with the same trust.
 */
import { Agent, type RequestOptions, request as send } from 'node:https'
import type { Caller, OutgoingAnswer, OutgoingRequest } from '@muster/api/caller.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError, isControlError } from '@muster/base/errors.ts'

/** Connections to one server, and how long one is kept that nobody uses. */
const CONNECTIONS_MAX = 100
const IDLE_MAX: Duration = seconds(60)

/** A caller with connections of its own. */
export function createCaller(): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: IDLE_MAX })
  return async (request) => {
    try {
      return await post(agent, request)
    } catch (error) {
      // Its server closed a connection that was kept, before it had seen anything of this request.
      if (isControlError(error) && error.details === STALE && !request.signal.aborted) return await post(agent, request)
      throw error
    }
  }
}

/** Marks the error of a request that nobody has seen. */
const STALE: unique symbol = Symbol('stale connection')

function post(agent: Agent, outgoing: OutgoingRequest): Promise<OutgoingAnswer> {
  const { url, headers, body, answerBytesMax, signal } = outgoing
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(failure(cause, outgoing))
    if (signal.aborted) return fail(signal.reason)
    const sent = send(url, optionsOf(agent, outgoing), (answered) => {
      const chunks: Uint8Array[] = []
      let length = 0
      answered.on('data', (chunk: Uint8Array) => {
        length += chunk.length
        if (length <= answerBytesMax) chunks.push(chunk)
        else sent.destroy(new Error(`the answer is longer than ${answerBytesMax} bytes`))
      })
      answered.once('error', fail)
      answered.once('close', () => fail(new Error('unexpected EOF')))
      answered.once('end', () =>
        resolve({
          status: answered.statusCode ?? 0,
          contentType: answered.headers['content-type'] ?? '',
          body: Buffer.concat(chunks),
        }),
      )
    })
    let answering = false
    sent.once('response', () => {
      answering = true
    })
    sent.on('error', (cause) => {
      const isStale = sent.reusedSocket && !answering && codeOf(cause) === 'ECONNRESET'
      if (isStale) reject(new ControlError('Unavailable', 'EOF', cause, STALE))
      else fail(cause)
    })
    sent.setHeader('content-length', body.length)
    for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value)
    sent.end(body)
  })
}

function optionsOf(agent: Agent, { url, ca, servername, clientCertificate, connectTo, signal }: OutgoingRequest) {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  const options: RequestOptions = {
    method: 'POST',
    agent,
    signal,
    servername: servername ?? (isAddress(host) ? '' : host),
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate ? { cert: clientCertificate.certificate, key: clientCertificate.key } : {}),
    ...(connectTo ? { hostname: connectTo.host, port: connectTo.port, headers: { host: new URL(url).host } } : {}),
  }
  return options
}

/** No name is said to a server that is called by its address. */
const isAddress = (host: string): boolean => host.includes(':') || /^[\d.]+$/.test(host)

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''

function failure(cause: unknown, outgoing: OutgoingRequest): ControlError {
  return new ControlError('Unavailable', sayCause(cause, outgoing), cause)
}

/** In the words of Go's client, as far as it has words for it. */
function sayCause(cause: unknown, { url, connectTo, signal }: OutgoingRequest): string {
  if (signal.aborted) return 'context canceled'
  const { hostname, port } = new URL(url)
  const at = connectTo ? `${connectTo.host}:${connectTo.port}` : `${hostname}:${port || 443}`
  const code = codeOf(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${at}: connect: connection refused`
    case 'ENOTFOUND':
      return `dial tcp: lookup ${connectTo?.host ?? hostname}: no such host`
    case 'EHOSTUNREACH':
      return `dial tcp ${at}: connect: no route to host`
    case 'ENETUNREACH':
      return `dial tcp ${at}: connect: network is unreachable`
    case 'ECONNRESET':
      return message === 'socket hang up' ? 'EOF' : `read tcp ${at}: read: connection reset by peer`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `tls: failed to verify certificate: x509: ${message.replace(/^Hostname\/IP does not match certificate's altnames: /, '')}`
    default:
      return message
  }
}
