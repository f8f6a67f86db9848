/** One call of the store server: JSON there, JSON back, and a failure as the error that it stands for. */
import { type Duration, seconds } from '@muster/base/clock.ts'
import { type ControlError, isControlError } from '@muster/base/errors.ts'
import { errorOfFailure } from '../store-api/failure.ts'
import { type Fields, parseFields } from '../store-api/fields.ts'
import { same, text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'

/** One question to a server. */
export interface Call {
  /** Such as `http://127.0.0.1:7480`. */
  readonly server: string
  readonly path: string
  /** Parameters of the query; those that are undefined are left out. */
  readonly parameters?: Readonly<Record<string, string | number | undefined>>
  /** Sent as JSON with POST; without it the call is a GET. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** How a call went, as far as this side can tell. */
export type Answer =
  | {
      readonly answer: 'heard'
      readonly ok: boolean
      readonly url: string
      readonly status: number
      readonly bytes: Uint8Array
    }
  /** It never reached a server, so nothing can have come of it. */
  | { readonly answer: 'unsent'; readonly cause: unknown }
  /** It was sent, and what came of it is not known. */
  | { readonly answer: 'lost'; readonly cause: unknown }

/** A server that has said nothing for so long is stalled: its disk answers in milliseconds. */
const PATIENCE: Duration = seconds(30)

/** Asks, and tells how it went; throws only when the address is none. */
export async function send(call: Call): Promise<Answer> {
  const url = urlOf(call)
  try {
    const response = await fetch(url, initOf({ signal: AbortSignal.timeout(PATIENCE), ...call }))
    const { ok, status } = response
    return { answer: 'heard', ok, status, url: url.href, bytes: await response.bytes() }
  } catch (cause) {
    return { answer: UNSENT.test(reasonOf(cause)) ? 'unsent' : 'lost', cause }
  }
}

/** Asks, and reads the JSON that comes back; throws the error that the server answers with, or MUS0201 when none does. */
export async function ask(call: Call): Promise<Fields> {
  const answer = await send(call)
  if (answer.answer !== 'heard') throw unreachable(call.server, answer.cause)
  if (!answer.ok) throw errorOfFailure(statusIn(answer))
  try {
    return parseFields(answer.bytes)
  } catch (cause) {
    throw notAStore(answer, cause)
  }
}

/** Asks, and answers with the body as it arrives; throws as {@link ask} does. */
export async function open(call: Call): Promise<AsyncIterable<Uint8Array>> {
  const url = urlOf(call)
  let response: Response
  try {
    response = await fetch(url, initOf(call))
  } catch (cause) {
    throw unreachable(call.server, cause)
  }
  const { ok, status, body } = response
  if (!ok) throw errorOfFailure(statusIn({ url: url.href, status, bytes: await response.bytes() }))
  return body ?? noBytes()
}

/** The Status in an answer that says no; throws MUS0201 when it is none, so that something else answers on that port. */
export function statusIn(answer: Heard): Fields {
  try {
    const fields = parseFields(answer.bytes)
    if (fields.text('kind') === 'Status') return fields
  } catch (cause) {
    throw notAStore(answer, cause)
  }
  throw notAStore(answer, undefined)
}

/** The error for a server that does not answer, or stopped in the middle of an answer. */
export function unreachable(server: string, cause: unknown): ControlError {
  if (isControlError(cause)) return cause
  return trouble(
    'MUS0201',
    {
      what: text(`no store server answers at ${server}`, `${server} 上没有存储服务器应答`),
      why: same(reasonOf(cause)),
      next: ['muster store serve'],
    },
    cause,
  )
}

/** What the system said: fetch itself says only "fetch failed", and the reason is the innermost cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return reasonOf(error.cause)
  const code = 'code' in error ? String(error.code) : ''
  return error.message.includes(code) ? error.message : `${code} ${error.message}`.trim()
}

const UNSENT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/

interface Heard {
  readonly url: string
  readonly status: number
  readonly bytes: Uint8Array
}

function urlOf({ server, path, parameters = {} }: Call): URL {
  const url = URL.parse(path, server)
  if (url?.protocol !== 'http:') {
    throw trouble('MUS0101', {
      what: text(`"${server}" is no address of a store server`, `"${server}" 不是存储服务器的地址`),
      why: text('it should look like http://127.0.0.1:7480', '它应形如 http://127.0.0.1:7480'),
    })
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

const initOf = ({ body, signal }: Call): RequestInit => ({
  ...(body !== undefined && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }),
  ...(signal && { signal }),
})

async function* noBytes(): AsyncGenerator<Uint8Array, void> {}

const notAStore = ({ url, status }: Heard, cause: unknown): ControlError =>
  trouble(
    'MUS0201',
    {
      what: text(`${url} answered, and not as a store server does`, `${url} 有应答，但不是存储服务器的应答`),
      why: text(`something else listens there (status ${status})`, `那里监听的是别的程序（状态 ${status}）`),
      next: ['muster store serve --port 0'],
    },
    cause,
  )
