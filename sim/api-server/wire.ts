/** Requests to the API as they go over the wires of the world, and answers as they come back. */

import { type ApiRequest, type ApiResponse, type Handle, parseQuery } from '@muster/api/message.ts'
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { between, chance, pick } from '@muster/base/random.ts'
import { bytesOf } from '@muster/client/answer.ts'
import type { Process } from '../party.ts'
import type { Client } from '../request.ts'
import { SERVER, SERVERS, type ServerName } from '../served-store.ts'

/** What is asked. */
export type Question = { readonly number: number } & (
  | ({ readonly ask: 'request'; readonly server: ServerName; readonly query: string } & Pick<
      ApiRequest,
      'method' | 'path' | 'headers' | 'body'
    >)
  | { readonly ask: 'compact'; readonly lag: number; readonly versions: number }
  | { readonly ask: 'back-up' }
)

/** What is answered. */
export interface Answer {
  readonly status: number
  readonly headers: ApiResponse['headers']
  readonly bytes: Uint8Array
}

/** Done, and nothing to say. */
export const DONE: Answer = { status: 200, headers: {}, bytes: new Uint8Array() }

const ASK_TIMEOUT = seconds(1.5)
/** Longer than a watch lasts. */
const WATCH_TIMEOUT = seconds(6)

/** A connection of a client to one of the servers, whichever, for each request. */
export const connection =
  (process: Process, client: Client<Question, Answer>, nextNumber: () => number): Handle =>
  async ({ method, path, query, headers, body }) => {
    const server = pick(process.random, SERVERS)
    const timeout: Duration = query.has('watch') ? WATCH_TIMEOUT : ASK_TIMEOUT
    const question = { number: nextNumber(), server, method, path, query: query.toString(), headers, body } as const
    const { bytes, ...answered } = await client.ask(SERVER, { ask: 'request', ...question }, timeout)
    return { ...answered, body: { body: 'bytes', bytes } }
  }

/** What a server answers. A watch is read for a while, now and then slowly, and cut after any line. */
export async function answerRequest(
  handle: Handle,
  process: Process,
  question: Extract<Question, { ask: 'request' }>,
): Promise<Answer> {
  const { method, path, query, headers, body } = question
  const { signal } = new AbortController()
  const {
    status,
    headers: given,
    body: sent,
  } = await handle({ method, path, query: parseQuery(query), headers, body, signal })
  if (sent.body !== 'stream')
    return { status, headers: given, bytes: await bytesOf({ status, headers: given, body: sent }) }
  return { status, headers: given, bytes: await cutStream(sent.stream, process) }
}

async function cutStream(stream: AsyncIterable<Uint8Array>, { clock, random }: Process): Promise<Uint8Array> {
  const wanted = chance(random, 0.5) ? between(random, 1, 10) : Number.POSITIVE_INFINITY
  const lines: string[] = []
  for await (const block of stream) {
    lines.push(...Buffer.from(block).toString().trim().split('\n'))
    if (lines.length >= wanted) break
    if (chance(random, 0.3)) await clock.sleep(milliseconds(between(random, 1, 500)))
  }
  return Buffer.from(lines.slice(0, wanted).join('\n'))
}
