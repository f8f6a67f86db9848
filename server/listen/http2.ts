/** A stream of HTTP/2 as an exchange. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Exchange } from './exchange.ts'
import { peerOf } from './peer.ts'

/** The exchange of a stream. */
export function overHttp2(
  stream: ServerHttp2Stream,
  given: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): Exchange {
  // What goes wrong with a stream ends it; who reads or writes it hears of its end.
  stream.on('error', () => {})
  if (given.expect === '100-continue') stream.additionalHeaders({ ':status': 100 })
  return {
    method: given[':method'] ?? 'GET',
    target: given[':path'] ?? '/',
    headers: headersOf(given, rawHeaders),
    rawHeaders,
    peer: peerOf(stream.session ?? stream, () => stream.session?.socket),
    input: stream.endAfterHeaders ? undefined : stream,
    output: stream,
    begin: (status, headers) => stream.respond({ ...headers, ':status': status }),
    hasOwnOutput: false,
    unreadHeaders: {},
    leaveUnread: () => stream.close(),
  }
}

/** Those that say what is asked for begin with a colon, and come first. */
function headersOf(given: IncomingHttpHeaders, raw: readonly string[]): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? ''
    if (name.startsWith(':')) continue
    const value = given[name]
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
