/** One request on a socket, read whole, and its answer: the same for HTTP/1.1 and HTTP/2. */
import {
  type ApiRequest,
  type ApiResponse,
  answerJson,
  BODY_BYTES_MAX,
  type Handle,
  parseQuery,
  piecesOf,
  type Talk,
} from '@muster/api/message.ts'
import { duplexPair } from '@muster/base/byte-duplex.ts'
import { roomIn } from '@muster/base/socket-duplex.ts'

/** A request whose headers are there, and the way to answer it. */
export interface Exchange {
  readonly method: string
  /** The path with its query. */
  readonly target: string
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly peer: Peer
  /** The body of the request; undefined when the headers say that it has none. */
  readonly input: Input | undefined
  readonly output: Output
  /** Sends the head of the answer; its body goes to `output`. */
  begin(status: number, headers: ApiResponse['headers']): void
  /** Headers of an answer that is given before the body has been read, after which nobody reads it. */
  readonly unreadHeaders: Readonly<Record<string, string>>
  /** Tells the client to stop sending a body, once the answer has been sent. */
  leaveUnread(): void
  /** The answer is written to another stream than the body is read from: one can go on while the other waits. */
  readonly hasOwnOutput: boolean
  /** Hands the connection over, after the head of an answer has switched it. Only where the client asked for that. */
  readonly converse?: (talk: Talk) => Promise<void>
}

/** What is asked of the stream that a body is read from. */
export interface Input extends AsyncIterable<Uint8Array> {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  once(event: 'end' | 'error' | 'close', listener: () => void): unknown
}

/** What is asked of the stream that an answer is written to. */
export interface Output {
  readonly destroyed: boolean
  destroy(): unknown
  /** False when the client has enough for now; `drain` says when it wants more. */
  write(chunk: Uint8Array): boolean
  end(chunk?: Uint8Array): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
  off(event: 'drain' | 'close', listener: () => void): unknown
}

/** Who is at the other end of a connection. */
export interface Peer {
  readonly address: string | undefined
  /** The certificate that TLS made the client prove to hold; who vouches for it is asked by authentication. */
  readonly certificate: Uint8Array | undefined
}

/** Reads a request, has it answered, and sends the answer. `cluster` stands for the logical cluster at `/`. */
export async function serve(exchange: Exchange, handle: Handle, cluster: string | undefined): Promise<void> {
  const { input, target } = exchange
  if (input && exchange.hasOwnOutput && isCarriedOn(target)) {
    await send(exchange, await handle({ ...toApiRequest(exchange, NO_BYTES, cluster), upload: input }))
    exchange.leaveUnread()
    return
  }
  const body = await readBody(exchange)
  if (body === 'cut') return
  if (body === 'too-large') {
    await send(exchange, tooLarge(exchange))
    exchange.leaveUnread()
  } else await send(exchange, await handle(toApiRequest(exchange, body, cluster)))
}

/** What is behind a proxy may be sent more than the API itself would read. */
const isCarriedOn = (target: string): boolean =>
  /^(\/clusters\/[^/]+)?\/api\/v1\/(namespaces\/[^/]+\/(pods|services)|nodes)\/[^/]+\/proxy([/?]|$)/.test(target)

function toApiRequest(exchange: Exchange, body: Uint8Array, cluster: string | undefined): ApiRequest {
  const { method, target, headers, rawHeaders, peer, output } = exchange
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  let gone: AbortController | undefined
  return {
    method,
    path: cluster === undefined ? path : `/clusters/${cluster}${path}`,
    query: parseQuery(at < 0 ? '' : target.slice(at + 1)),
    headers,
    ...headerListsOf(rawHeaders),
    body,
    ...(peer.address ? { remoteAddress: peer.address } : {}),
    ...(peer.certificate ? { clientCertificate: peer.certificate } : {}),
    // Made when first asked for: only watches ask.
    get signal() {
      if (!gone) {
        gone = new AbortController()
        const abort = () => gone?.abort()
        if (output.destroyed) abort()
        else output.once('close', abort)
      }
      return gone.signal
    },
  }
}

/** Impersonation names each group in a header of its own, and the name of a group may hold a comma. */
function headerListsOf(raw: readonly string[]): Pick<ApiRequest, 'headerLists'> {
  let headerLists: Record<string, string[]> | undefined
  for (let at = 0; at < raw.length; at += 2) {
    const said = raw[at] ?? ''
    if (!IMPERSONATION.test(said)) continue
    const name = said.toLowerCase()
    headerLists ??= {}
    headerLists[name] = [...(headerLists[name] ?? []), raw[at + 1] ?? '']
  }
  return headerLists ? { headerLists } : {}
}

const IMPERSONATION = /^impersonate-/i

/** The body; or that the client went away in the middle of it, or sends more than anybody reads. */
function readBody({
  input,
  method,
  headers,
}: Exchange): Promise<Uint8Array | 'cut' | 'too-large'> | Uint8Array | 'too-large' {
  if (Number(headers['content-length'] ?? 0) > BODY_BYTES_MAX) return 'too-large'
  if (!input || method === 'GET' || method === 'HEAD') return NO_BYTES
  const chunks: Uint8Array[] = []
  let size = 0
  return new Promise((resolve) => {
    input.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= BODY_BYTES_MAX) chunks.push(chunk)
      else resolve('too-large')
    })
    input.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? NO_BYTES) : Buffer.concat(chunks)))
    // After the end both come too late to change anything.
    input.once('error', () => resolve('cut'))
    input.once('close', () => resolve('cut'))
  })
}

const NO_BYTES = new Uint8Array(0)

const tooLarge = ({ unreadHeaders }: Exchange): ApiResponse =>
  answerJson(
    413,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Request entity too large: limit is ${BODY_BYTES_MAX}`,
      reason: 'RequestEntityTooLarge',
      code: 413,
    },
    unreadHeaders,
  )

async function send(exchange: Exchange, { status, headers, body }: ApiResponse): Promise<void> {
  const { output } = exchange
  if (output.destroyed) return abandon(body)
  switch (body.body) {
    case 'bytes':
      exchange.begin(status, { ...headers, 'content-length': String(body.bytes.length) })
      output.end(exchange.method === 'HEAD' ? NO_BYTES : body.bytes)
      return
    case 'blocks':
    case 'stream':
      exchange.begin(status, headers)
      return pump(output, piecesOf(body))
    case 'conversation':
      if (!exchange.converse) return abandon(body)
      exchange.begin(status, headers)
      return exchange.converse(body.talk)
    default:
      body satisfies never
  }
}

/** The client is gone before he was told anything: whoever would have told him is let go. */
async function abandon(body: ApiResponse['body']): Promise<void> {
  if (body.body === 'stream') await body.stream[Symbol.asyncIterator]().return?.()
  if (body.body === 'conversation') {
    const [here, there] = duplexPair()
    there.close()
    await body.talk(here)
  }
}

/** Writes no faster than the client reads. */
async function pump(output: Output, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (output.destroyed) return
    if (!output.write(chunk)) await roomIn(output)
  }
  output.end()
}
