/** A request and its reply as plain objects, so that the server can be called without a socket. */

/** What arrived. Header names are in lower case. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal
}

/** What goes back. A body that is a stream ends when it is done, or is cut when it throws. */
export interface ApiReply {
  readonly status: number
  readonly contentType: string
  readonly body: string | AsyncIterable<string | Uint8Array>
}

/** A reply of one JSON value. */
export const json = (value: unknown, status = 200): ApiReply => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value)}\n`,
})

/** A reply of plain text. */
export const plain = (body: string, status = 200): ApiReply => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
})
