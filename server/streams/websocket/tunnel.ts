/** Bytes inside a WebSocket: what a message is means nothing, only what is in them. */
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import type { WebSocketEnd } from './connection.ts'

/** The bytes of a WebSocket's messages. To end is to close it: a WebSocket has no end of one direction. */
export const tunnelIn = (socket: WebSocketEnd, duplex: ByteDuplex): ByteDuplex => ({
  received: bytesOf(socket),
  send: (bytes) => socket.send(bytes),
  end: () => socket.close(),
  close: duplex.close,
})

async function* bytesOf({ received }: WebSocketEnd): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of received) if (bytes.length > 0) yield bytes
}
