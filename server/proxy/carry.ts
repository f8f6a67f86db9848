/**
 * Carries a request of HTTP to an address, and the answer back: bodies as they come, switches of protocols too.
 * Source: apimachinery pkg/util/proxy UpgradeAwareHandler.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { type ApiRequest, type ApiResponse, answer, type Talk } from '@muster/api/message.ts'
import { serviceUnavailable } from '@muster/api/status.ts'
import { type ByteDuplex, pump } from '@muster/base/byte-duplex.ts'
import { isControlError } from '@muster/base/errors.ts'
import { socketDuplex } from '@muster/base/socket-duplex.ts'
import type { ResourceCall } from '../resources/call.ts'
import { answerHeaders, endToEnd, requestHeaders, switchHeaders } from './headers.ts'
import { nodeStream } from './node-stream.ts'

/** Where to. */
export interface HttpTarget {
  /** `https`; anything else is without. */
  readonly scheme: string
  readonly host: string
  readonly port: number
  readonly path: string
  /** Throws Unavailable, and says why in words. */
  open(): Promise<ByteDuplex>
}

/** Carries it. Throws ServiceUnavailable where nobody answers. */
export async function carryHttp(target: HttpTarget, { request, info }: ResourceCall): Promise<ApiResponse> {
  const { path, query, method } = request
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const prefix = prefixOf(path, info.rest.length === 0 ? '' : target.path)
  const isRoot = info.rest.length === 0 && !path.endsWith('/')
  const isSwitch = request.headers.upgrade !== undefined
  if (isRoot && !isSwitch && (method === 'GET' || method === 'HEAD')) {
    return answer(301, 'text/plain', new Uint8Array(0), { location: `${path}/${search}` })
  }
  const socket = await openSocket(target)
  const headers = { ...requestHeaders(request, path), ...(isSwitch ? switchHeaders(request.headers) : {}) }
  const answered = await exchange(socket, { method, path: target.path + search, headers }, request)
  if (answered.response.statusCode === 101) return switched(answered)
  const { response } = answered
  const hosts = [`${target.host}:${target.port}`, target.host, request.headers.host ?? '']
  return {
    status: response.statusCode ?? 502,
    headers: answerHeaders(response.headers, prefix, hosts),
    body: { body: 'stream', stream: bodyOf(response, socket) },
  }
}

/** The part of a path that leads to the proxy. */
const prefixOf = (path: string, behind: string): string =>
  (behind !== '' && path.endsWith(behind) ? path.slice(0, -behind.length) : path).replace(/\/$/, '')

async function openSocket({ scheme, open, host }: HttpTarget): Promise<Duplex> {
  try {
    const stream = nodeStream(await open())
    if (scheme !== 'https') return stream
    // Whoever is behind a proxy shows a certificate that nobody here has vouched for. Source: kubernetes
    // pkg/controlplane CreateProxyTransport.
    return connectTls({ socket: stream, rejectUnauthorized: false, host })
  } catch (error) {
    throw unreachable(error)
  }
}

const unreachable = (error: unknown) => {
  const why = isControlError(error) || error instanceof Error ? error.message : String(error)
  return serviceUnavailable(`error trying to reach service: ${why}`)
}

interface Answered {
  readonly response: IncomingMessage
  readonly socket: Duplex
  readonly head: Uint8Array
}

interface Carried {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}

function exchange(socket: Duplex, carried: Carried, { body, upload, signal }: ApiRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(
      Object.entries(carried.headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
    )
    const request = requestHttp({ ...carried, headers, createConnection: () => socket })
    const giveUp = () => socket.destroy()
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', giveUp))
    socket.on('error', () => {})
    request.once('response', (response) => resolve({ response, socket, head: new Uint8Array(0) }))
    request.once('upgrade', (response, _socket, head: Buffer) => resolve({ response, socket, head }))
    request.on('error', (error) => reject(unreachable(error)))
    if (upload) pipeline(upload, request, () => {})
    else request.end(body)
  })
}

function switched({ response, socket, head }: Answered): ApiResponse {
  const { upgrade = '' } = response.headers
  const talk: Talk = async (client) => {
    const there = socketDuplex(socket, head)
    // Source: UpgradeAwareHandler: as soon as one side has said all, it is over.
    const over = () => {
      client.end()
      there.close()
    }
    pump(client.received, there.send).then(over, over)
    await pump(there.received, client.send).catch(() => {})
    over()
  }
  const headers = { ...endToEnd(response.headers), connection: 'Upgrade', upgrade }
  return { status: 101, headers, body: { body: 'conversation', talk } }
}

async function* bodyOf(response: IncomingMessage, socket: Duplex): AsyncGenerator<Uint8Array> {
  try {
    yield* response
  } finally {
    socket.destroy()
  }
}
