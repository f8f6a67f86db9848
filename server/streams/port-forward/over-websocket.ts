/**
 * Ports over the channels of a WebSocket: channels 2n and 2n+1 are data and error of the n-th port of the query, and each
 * begins with its port, as two bytes, the lower one first. One connection with each port, and no more.
 * Source: cri-streaming pkg/streaming/portforward/websocket.go.
 */

import { badRequest } from '@muster/api/status.ts'
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import { openChannels } from '../websocket/channels.ts'
import { openWebSocket } from '../websocket/connection.ts'
import { forward, type PortSource, portOf } from './forward.ts'

/** What clients name, or nothing. */
export const WEBSOCKET_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io']

/** The ports of a query. Throws BadRequest. */
export function portsIn(query: URLSearchParams): readonly number[] {
  const asked = query.getAll('ports').flatMap((text) => text.split(','))
  if (asked.length === 0) throw badRequest('query parameter "ports" is required')
  return asked.map((text) => {
    const port = portOf(text)
    if (port === undefined) throw badRequest(`unable to parse "${text}" as a port: it is a number from 1 to 65535`)
    return port
  })
}

const encoder = new TextEncoder()

/** Forwards these ports until all of them have ended, or the client is gone. */
export async function forwardOverWebSocket(
  duplex: ByteDuplex,
  protocol: string,
  ports: readonly number[],
  source: PortSource,
): Promise<void> {
  const form = { isBase64: protocol.includes('base64'), hasClose: false }
  const channels = openChannels(
    openWebSocket(duplex),
    form,
    [...ports.keys()].map((at) => at * 2),
  )
  const one = async (port: number, at: number): Promise<void> => {
    const [data, error] = [at * 2, at * 2 + 1]
    const said = Uint8Array.of(port & 0xff, port >> 8)
    await channels.send(data, said)
    await channels.send(error, said)
    const why = await forward(source, port, {
      received: channels.received(data),
      send: (bytes) => channels.send(data, bytes),
      end() {},
      close() {},
    })
    if (why !== undefined) await channels.send(error, encoder.encode(why))
  }
  // A client that is gone ends every one of them.
  await Promise.all([...ports.entries()].map(([at, port]) => one(port, at).catch(() => {})))
  channels.close()
}
