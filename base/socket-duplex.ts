/** A socket of Node, or any of its streams that go both ways, as a {@link ByteDuplex}. */
import { type ByteDuplex, nobodyThere } from './byte-duplex.ts'

/** What is asked of the stream. */
export interface Socketlike {
  readonly destroyed: boolean
  readonly writable: boolean
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterable<Uint8Array>
  /** False when there is enough for now; `drain` says when there is room. */
  write(bytes: Uint8Array): boolean
  end(): unknown
  destroy(): unknown
  on(event: 'error', listener: () => void): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
  off(event: 'drain' | 'close', listener: () => void): unknown
}

/** The stream. `head` was read from it already. */
export function socketDuplex(socket: Socketlike, head: Uint8Array = new Uint8Array(0)): ByteDuplex {
  // Who reads or sends hears of it.
  socket.on('error', () => {})
  return {
    received: receive(socket, head),
    async send(bytes) {
      if (socket.destroyed || !socket.writable) throw nobodyThere()
      if (!socket.write(bytes)) await roomIn(socket)
    },
    end: () => socket.end(),
    close: () => socket.destroy(),
  }
}

async function* receive(socket: Socketlike, head: Uint8Array): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head
  try {
    yield* socket.iterator({ destroyOnReturn: false })
  } catch (cause) {
    throw nobodyThere(cause)
  }
}

/** Resolves when a stream has room again, or is closed. */
export const roomIn = (socket: Pick<Socketlike, 'once' | 'off'>): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.once('drain', done)
    socket.once('close', done)
  })
