/** The API at the other end of a network. A watch is a long poll there: it ends with the first thing it says. */
import { type ApiRequest, type ApiResponse, answer, type Handle } from '@muster/api/message.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import type { Process } from '../party.ts'
import type { Client, Service } from '../request.ts'
import { SERVER } from './words.ts'

/** A request as it travels: no signal goes over a wire. */
export type Question = Omit<ApiRequest, 'signal'> & { readonly id: number }
/** An answer as it travels. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly bytes: Uint8Array
}

const ASK_TIMEOUT = seconds(1)
const WATCH_TIMEOUT = seconds(4)
const POLL_LASTS = seconds(2)

/** Serves the API of a party. */
export function serveApi(api: Service<Question, Answer>, party: Process, handle: Handle): void {
  const seen = new Set<number>()
  api.serve(party, async (question) => {
    // A connection delivers a request once; only what the wires lose is asked for again, as another.
    if (seen.has(question.id)) return new Promise(() => {})
    seen.add(question.id)
    const response = await handle({ ...question, signal: NEVER })
    return { status: response.status, contentType: 'application/json', bytes: await bytesOf(party, response) }
  })
}

/** The API as a client of that party sees it. `ids` are of the world: none is used twice. */
export function connect(client: Client<Question, Answer>, nextId: () => number): Handle {
  return async ({ signal: _none, ...request }) => {
    const length: Duration = request.query.has('watch') ? WATCH_TIMEOUT : ASK_TIMEOUT
    const { status, contentType, bytes } = await client.ask(SERVER, { ...request, id: nextId() }, length)
    return answer(status, contentType, bytes)
  }
}

async function bytesOf(party: Process, { body }: ApiResponse): Promise<Uint8Array> {
  if (body.body === 'bytes') return body.bytes
  if (body.body === 'blocks') return Buffer.concat([...body.blocks])
  if (body.body === 'conversation') return new Uint8Array(0)
  const reader = body.stream[Symbol.asyncIterator]()
  const over = Promise.withResolvers<undefined>()
  const timer = party.after(POLL_LASTS, () => over.resolve(undefined))
  const first = await Promise.race([reader.next(), over.promise])
  party.cancel(timer)
  void reader.return?.()
  return first && !first.done ? first.value : new Uint8Array(0)
}

const NEVER = new AbortController().signal
