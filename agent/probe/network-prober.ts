/** Asks containers over sockets of this machine. Results and messages are those of kubernetes pkg/probe. */
import { request as requestHttp } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestHttps } from 'node:https'
import { connect } from 'node:net'
import type { Clock, Duration } from '@muster/base/clock.ts'
import type { ProbeResult } from '../pod/memory.ts'
import { type ProbeRequest, type Prober, urlOf } from './request.ts'

/** Over the network of this machine. */
export const networkProber = (clock: Clock): Prober => ({
  async ask(request, timeout) {
    const over = new AbortController()
    const late = new AbortController()
    const alarm = clock.sleep(timeout, over.signal).then(
      () => late.abort(),
      () => {}, // It answered in time.
    )
    try {
      return await ask(request, timeout, late.signal)
    } finally {
      over.abort()
      await alarm
    }
  },
})

function ask(request: ProbeRequest, timeout: Duration, late: AbortSignal): Promise<ProbeResult> {
  switch (request.ask) {
    case 'http':
      return askHttp(request, late)
    case 'tcp':
      return askTcp(request, late)
    case 'grpc':
      return askGrpc(request, timeout, late)
    default:
      return request satisfies never
  }
}

/** The most that is read of an answer. Source: kubernetes pkg/probe/http maxRespBodyLength. */
const ANSWER_BYTES_MAX = 10 * 1024

const success = (output = ''): ProbeResult => ({ result: 'success', output })
const failure = (output: string): ProbeResult => ({ result: 'failure', output })

function askHttp(request: Extract<ProbeRequest, { ask: 'http' }>, signal: AbortSignal): Promise<ProbeResult> {
  const { scheme, host, port, path } = request
  const answered = Promise.withResolvers<ProbeResult>()
  const get = `Get "${urlOf(request)}"`
  const headers = Object.fromEntries(request.headers)
  // The kubelet does not ask who answers over TLS either: certificates of pods are signed by anybody.
  const options = { host, port, path, headers, signal, agent: false, rejectUnauthorized: false }
  const asked = (scheme === 'https' ? requestHttps : requestHttp)(options, (answer) => {
    let read = 0
    answer.on('data', (bytes: Uint8Array) => {
      read += bytes.length
      if (read > ANSWER_BYTES_MAX) answer.destroy()
    })
    answer.on('error', () => {})
    const { statusCode = 0 } = answer
    answered.resolve(
      statusCode >= 200 && statusCode < 400 ? success() : failure(`HTTP probe failed with statuscode: ${statusCode}`),
    )
  })
  asked.on('error', (error) => {
    const why = signal.aborted
      ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
      : dialError(error, host, port)
    answered.resolve(failure(`${get}: ${why}`))
  })
  asked.end()
  return answered.promise
}

function askTcp({ host, port }: Extract<ProbeRequest, { ask: 'tcp' }>, late: AbortSignal): Promise<ProbeResult> {
  const answered = Promise.withResolvers<ProbeResult>()
  const socket = connect({ host, port })
  socket.on('connect', () => answered.resolve(success()))
  late.addEventListener('abort', () => answered.resolve(failure(`dial tcp ${host}:${port}: i/o timeout`)), {
    once: true,
  })
  socket.on('error', (error) => answered.resolve(failure(dialError(error, host, port))))
  return answered.promise.finally(() => socket.destroy())
}

function dialError(error: Error, host: string, port: number): string {
  const code = 'code' in error ? error.code : undefined
  const why = typeof code === 'string' ? SAID[code] : undefined
  return why ? `dial tcp ${host}:${port}: ${why}` : error.message
}

/** As Go says them. */
const SAID: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ECONNRESET: 'read: connection reset by peer',
}

/** Source: grpc.health.v1.HealthCheckResponse.ServingStatus. */
const SERVING = 1
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** One call of `grpc.health.v1.Health/Check`. Its two messages have one field each, and need no library. */
function askGrpc(
  request: Extract<ProbeRequest, { ask: 'grpc' }>,
  timeout: Duration,
  late: AbortSignal,
): Promise<ProbeResult> {
  const { host, port, service } = request
  const answered = Promise.withResolvers<ProbeResult>()
  const address = `${host}:${port}`
  const timedOut = `timeout: failed to connect service "${address}" within ${timeout / 1000}s: context deadline exceeded`
  const session = connectHttp2(`http://${address}`)
  late.addEventListener('abort', () => answered.resolve(failure(timedOut)), { once: true })
  session.on('error', (error) =>
    answered.resolve(failure(`error: health rpc probe failed: ${dialError(error, host, port)}`)),
  )
  const call = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'kube-probe/1.36',
  })
  const parts: Uint8Array[] = []
  let status = ''
  call.on('response', (headers) => {
    status = String(headers['grpc-status'] ?? '')
  })
  call.on('trailers', (trailers) => {
    status = String(trailers['grpc-status'] ?? status)
  })
  call.on('data', (bytes: Uint8Array) => parts.push(bytes))
  call.on('error', (error) => answered.resolve(failure(`error: health rpc probe failed: ${error.message}`)))
  call.on('end', () => {
    if (status === '12')
      return answered.resolve(
        failure(
          'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unimplemented',
        ),
      )
    if (status !== '0') return answered.resolve(failure(`error: health rpc probe failed: rpc error: code = ${status}`))
    // Five bytes of framing, then field 1 as a varint; an empty message is UNKNOWN.
    const serving = Buffer.concat(parts)[6] ?? 0
    return answered.resolve(
      serving === SERVING ? success() : failure(`service unhealthy (responded with "${STATUSES[serving] ?? serving}")`),
    )
  })
  const name = new TextEncoder().encode(service)
  const message = name.length === 0 ? [] : [0x0a, name.length, ...name]
  call.end(Uint8Array.from([0, 0, 0, 0, message.length, ...message]))
  return answered.promise.finally(() => session.destroy())
}
