/** Sends filled requests to kube-apiserver over HTTPS. */
import { Agent, request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { ControlError } from '@muster/base/errors.ts'
import type { RawResponse } from '@muster/server/oracle/normalise.ts'
import type { FilledRequest } from '@muster/server/oracle/template.ts'

/** An answer whose body may be of any encoding. */
export interface ByteResponse {
  readonly status: number
  readonly headers: RawResponse['headers']
  readonly body: Buffer
}

/** A way to one server. */
export interface Connection {
  send(request: FilledRequest): Promise<RawResponse>
  /** As `send`, and the body stays as it is. */
  exchange(request: FilledRequest): Promise<ByteResponse>
}

/** An answer takes longer than this only when a watch was given no timeoutSeconds. */
const ANSWER_TIMEOUT_MS = 30_000

/** Connects to loopback. The certificate is the server's own, made at its start, so it is not checked. */
export function connect(port: number, adminToken: string): Connection {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  const ask = ({ method, path, headers, identity, body }: FilledRequest): Promise<ByteResponse> =>
    new Promise((resolve, reject) => {
      const authorization = identity === 'admin' ? { authorization: `Bearer ${adminToken}` } : {}
      const length = body === undefined ? {} : { 'content-length': String(body.length) }
      const options = { agent, host: '127.0.0.1', port, method, path, timeout: ANSWER_TIMEOUT_MS }
      const asking = httpsRequest({ ...options, headers: { ...authorization, ...length, ...headers } }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const { warning } = answer.headersDistinct
          const received = { ...answer.headers, ...(warning && { warning }) }
          resolve({ status: answer.statusCode ?? 0, headers: received, body: Buffer.concat(chunks) })
        })
      })
      asking.on('error', reject)
      asking.on('timeout', () => asking.destroy(new ControlError('Timeout', `no answer to ${method} ${path}`)))
      asking.end(body)
    })
  const exchange = async (request: FilledRequest): Promise<ByteResponse> => {
    for (let tries = 1; ; tries++) {
      const response = await ask(request)
      if (!isWarmingUp(response) || tries === WARM_UP_TRIES_MAX) return response
      await sleep(WARM_UP_PAUSE_MS)
    }
  }
  return {
    exchange,
    send: async (request) => {
      const { body, ...rest } = await exchange(request)
      return { ...rest, body: body.toString('utf8') }
    },
  }
}

/** The first list of a new kind is refused until its cache is filled; every client sends it again. */
const isWarmingUp = ({ status, body }: ByteResponse): boolean =>
  status === 429 && body.includes('storage is (re)initializing')

const WARM_UP_TRIES_MAX = 10
const WARM_UP_PAUSE_MS = 500
