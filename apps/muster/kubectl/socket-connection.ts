/** A connection to a server over HTTP/1.1 and a socket of this machine, as the function that a client stands on. */
import { Agent, request as ask, type IncomingMessage } from 'node:http'
import type { ApiRequest, ApiResponse } from '@muster/api/message.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Connection } from '@muster/client/http/connection.ts'

/** Each request has a connection of its own for as long as it lasts; those that are over serve others. */
export function connectToSocket(path: string): Connection {
  const agent = new Agent({ keepAlive: true })
  return { send: (request) => carry(path, agent, request), close: () => agent.destroy() }
}

function carry(socketPath: string, agent: Agent, wanted: ApiRequest): Promise<ApiResponse> {
  const { method, path, query, headers, body, signal } = wanted
  const search = query.toString()
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new ControlError('Unavailable', `${method} ${path}: ${socketPath} did not answer: ${cause.message}`, cause),
      )
    const asked = ask({
      socketPath,
      agent,
      method,
      path: search === '' ? path : `${path}?${search}`,
      headers: { ...headers, host: 'localhost' },
      signal,
    })
    asked.once('error', fail)
    asked.once('response', (answered) => {
      resolve({
        status: answered.statusCode ?? 0,
        headers: headersOf(answered),
        body: { body: 'stream', stream: chunksOf(answered) },
      })
    })
    asked.end(body)
  })
}

/** A stream that breaks ends with an error, so that nobody takes half an answer for a whole one. */
async function* chunksOf(answered: IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of answered) yield chunk
  } catch (cause) {
    throw new ControlError('Unavailable', `the answer broke off: ${(cause as Error).message}`, cause)
  }
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string | string[]> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
