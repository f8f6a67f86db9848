/** A request of HTTP/1.1 as an exchange. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange, Input } from './exchange.ts'
import { peerOf } from './peer.ts'

/** What is asked of a request. */
type Request = Input & Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders' | 'socket'>

/** The exchange of a request. */
export const overHttp1 = (request: Request, response: ServerResponse): Exchange => ({
  method: request.method ?? 'GET',
  target: request.url ?? '/',
  headers: headersOf(request),
  rawHeaders: request.rawHeaders,
  peer: peerOf(request.socket, () => request.socket),
  input: request,
  output: response,
  begin(status, headers) {
    for (const [name, value] of Object.entries(headers))
      response.setHeader(name, typeof value === 'string' ? value : [...value])
    response.statusCode = status
    // An answer of unknown length may wait long for its first bytes.
    if (headers['content-length'] === undefined) response.flushHeaders()
  },
  // The connection holds the rest of the body, so it can carry nothing else.
  hasOwnOutput: true,
  unreadHeaders: { connection: 'close' },
  leaveUnread() {},
})

/** By names in lower case. */
export function headersOf({ headers: given }: Pick<Request, 'headers'>): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(given)) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return headers
}
