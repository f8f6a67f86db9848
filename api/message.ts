/**
 * A request to the API and its answer as plain data. The server is one function from the first to the second; HTTP/1.1,
 * HTTP/2 and web requests are adapters to it. A client is handed such a function, and need not know which it has.
 */

import type { ByteDuplex } from '@muster/base/byte-duplex.ts'

/** One request. Header names are lower case. */
export interface ApiRequest {
  readonly method: string
  /** Undecoded, without the query: `/api/v1/namespaces/default/pods`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The headers that may come several times and whose values may hold commas: those of impersonation. */
  readonly headerLists?: Readonly<Record<string, readonly string[]>>
  /** The whole body, within {@link BODY_BYTES_MAX}: adapters refuse what is longer. */
  readonly body: Uint8Array
  /** The body of a request that is carried on to somebody else, as it comes; `body` is empty then. */
  readonly upload?: AsyncIterable<Uint8Array>
  /** The address that is connected, as text; absent for a call in the same process. */
  readonly remoteAddress?: string
  /** The certificate that the client proved to hold, as DER; its chain was checked against the cluster's CA. */
  readonly clientCertificate?: Uint8Array
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal
}

/** One answer. A stream is pulled: a client that does not read is not written to. */
export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: ResponseBody
}

/**
 * Bytes at once, blocks to be sent one after the other, a stream that goes on for as long as it is read, or that no answer
 * follows but a conversation: its headers say in which protocol, its status is 101, and whoever sends it hands over the
 * connection.
 */
export type ResponseBody =
  | { readonly body: 'bytes'; readonly bytes: Uint8Array }
  | { readonly body: 'blocks'; readonly blocks: Iterable<Uint8Array> }
  | { readonly body: 'stream'; readonly stream: AsyncIterable<Uint8Array> }
  | { readonly body: 'conversation'; readonly talk: Talk }

/** Talks until all is said or the other end is gone. Never rejects; the connection is closed by whoever handed it over. */
export type Talk = (connection: ByteDuplex) => Promise<void>

/** The API as a function. Never rejects: every failure is an answer. */
export type Handle = (request: ApiRequest) => Promise<ApiResponse>

/** The pieces of a body; there are none of a conversation. */
export function piecesOf(body: ResponseBody): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  switch (body.body) {
    case 'bytes':
      return [body.bytes]
    case 'blocks':
      return body.blocks
    case 'stream':
      return body.stream
    case 'conversation':
      return []
    default:
      return body satisfies never
  }
}

/** 3 MiB, as kube-apiserver has it. Source: apiserver server.NewConfig, MaxRequestBodyBytes. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024

/** An answer with a body of bytes. */
export const answer = (
  status: number,
  contentType: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): ApiResponse => ({ status, headers: { 'content-type': contentType, ...headers }, body: { body: 'bytes', bytes } })

const encoder = new TextEncoder()

/** An answer in JSON. */
export const answerJson = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): ApiResponse => answer(status, 'application/json', encoder.encode(JSON.stringify(value)), headers)

/** An answer in plain text. */
export const answerText = (status: number, text: string): ApiResponse =>
  answer(status, 'text/plain; charset=utf-8', encoder.encode(text), { 'x-content-type-options': 'nosniff' })

/** A query as its parameters. What is not percent-encoded UTF-8 is passed over, as Go's server does. */
export function parseQuery(text: string): URLSearchParams {
  const query = new URLSearchParams()
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    if (name === '') continue
    try {
      query.append(decodeURIComponent(name.replaceAll('+', ' ')), decodeURIComponent(value.replaceAll('+', ' ')))
    } catch {
      // Half a pair says nothing that could be relied upon.
    }
  }
  return query
}
