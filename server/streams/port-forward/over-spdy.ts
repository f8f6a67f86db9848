/**
 * Ports over SPDY/3.1: for every connection the client opens two streams of one request id, for data and for an error.
 * Source: cri-streaming pkg/streaming/portforward/httpstream.go.
 */
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import type { Clock } from '@muster/base/clock.ts'
import { openSpdy, type SpdyStream } from '../spdy/connection.ts'
import { STREAM_CREATION_TIMEOUT } from '../timeout.ts'
import { forward, type PortSource, portOf } from './forward.ts'

/** What clients name. */
export const SPDY_PROTOCOL = 'portforward.k8s.io'

interface Pair {
  data?: SpdyStream
  error?: SpdyStream
  readonly waiting: AbortController
}

const encoder = new TextEncoder()

/** Forwards whatever the client opens, until it is gone. */
export async function forwardOverSpdy(duplex: ByteDuplex, source: PortSource, clock: Clock): Promise<void> {
  const pairs = new Map<string, Pair>()
  const fail = async ({ data, error }: Pair, why: string): Promise<void> => {
    await error?.send(encoder.encode(why)).catch(() => {})
    error?.end()
    data?.close()
  }
  const pairOf = (id: string): Pair => {
    const known = pairs.get(id)
    if (known) return known
    const pair: Pair = { waiting: new AbortController() }
    pairs.set(id, pair)
    const late = () => {
      pairs.delete(id)
      void fail(pair, `(request=${id}) timed out waiting for streams`)
    }
    clock.sleep(STREAM_CREATION_TIMEOUT, pair.waiting.signal).then(late, () => {})
    return pair
  }
  const connection = openSpdy(duplex, {
    accepts: ({ port, streamtype }) => portOf(port) !== undefined && (streamtype === 'data' || streamtype === 'error'),
    take(stream) {
      const id = requestOf(stream)
      const pair = pairOf(id)
      const part = stream.headers.streamtype === 'data' ? 'data' : 'error'
      if (pair[part])
        return void fail(pair, `error processing stream for request ${id}: ${part} stream already assigned`)
      pair[part] = stream
      const { data, error } = pair
      if (!data || !error) return
      pairs.delete(id)
      pair.waiting.abort()
      void forward(source, portOf(data.headers.port) ?? 0, data).then((why) =>
        why === undefined ? error.end() : fail(pair, why),
      )
    },
  })
  await connection.ended
  for (const { waiting } of pairs.values()) waiting.abort()
  connection.close()
}

/** Clients that name no request open the stream of errors first, and that of data right after it. */
function requestOf({ id, headers }: SpdyStream): string {
  return headers.requestid ?? String(headers.streamtype === 'error' ? id : id - 2)
}
