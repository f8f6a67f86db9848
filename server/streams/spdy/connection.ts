/**
 * The server's side of SPDY/3.1 over any connection: clients open streams, and bytes go both ways in each.
 *
 * Windows are not kept: those who still speak it (client-go, over moby/spdystream) neither send WINDOW_UPDATE nor heed
 * it, and to wait for one would be to wait for ever. A stream that is not read holds up the whole connection instead,
 * once {@link UNREAD_BYTES_MAX} of it wait; a client that is not reading holds up everything that is sent to it.
 *
 * Source: SPDY Protocol, draft 3.1.
 */
import { type ByteDuplex, nobodyThere } from '@muster/base/byte-duplex.ts'
import { type BytePipe, bytePipe } from '@muster/base/byte-pipe.ts'
import { byteReader } from '../byte-reader.ts'
import { viewOf } from '../view-of.ts'
import { controlFrame, dataFrame, FIN, type FrameHead, idAt, RESET, readHead, TYPES, words } from './frames.ts'
import { type HeaderBlock, headerCodec } from './header-block.ts'

/** One stream that the client opened. To close it is to reset it. */
export interface SpdyStream extends ByteDuplex {
  readonly id: number
  readonly headers: HeaderBlock
}

/** One connection. */
export interface SpdyConnection {
  /** Resolves when the client is gone, or has broken the protocol. */
  readonly ended: Promise<void>
  /** Says goodbye, once what was sent before has been sent. */
  close(): void
}

/** What is done with a stream that is opened. */
export interface StreamTaker {
  /** False for one that nobody knows what to do with: it is reset. */
  accepts(headers: HeaderBlock): boolean
  take(stream: SpdyStream): void
}

/** What waits of one stream before the rest of the connection does. */
const UNREAD_BYTES_MAX = 256 * 1024
/** Frames are no longer than this, so that streams take turns. */
const DATA_BYTES_MAX = 32 * 1024
/** Of a control frame; those of clients have a few hundred. */
const CONTROL_BYTES_MAX = 64 * 1024
/** Streams that are open at a time. */
const STREAMS_MAX = 4096

/** Talks SPDY/3.1 for as long as the connection lasts. */
export function openSpdy(duplex: ByteDuplex, taker: StreamTaker): SpdyConnection {
  const reader = byteReader(duplex.received)
  const codec = headerCodec()
  const streams = new Map<number, OpenStream>()
  let lastId = 0
  const send = (frame: Uint8Array): Promise<void> => duplex.send(frame)
  /** Of frames that nobody waits for: that the client is gone is heard by who reads. */
  const tell = (type: number, payload: Uint8Array): void => void send(controlFrame(type, payload)).catch(() => {})

  const openStream = async (payload: Uint8Array, flags: number): Promise<void> => {
    const id = idAt(viewOf(payload), 0)
    const headers = await codec.read(payload.subarray(10))
    if (id <= lastId || id % 2 === 0) return tell(TYPES.rstStream, words(id, RESET.protocolError))
    lastId = id
    if (streams.size >= STREAMS_MAX || !taker.accepts(headers)) {
      return tell(TYPES.rstStream, words(id, RESET.refused))
    }
    const stream = createStream(id, headers, send, () => streams.delete(id))
    streams.set(id, stream)
    if ((flags & FIN) !== 0) stream.incoming.end()
    await send(controlFrame(TYPES.synReply, Buffer.concat([words(id), await codec.write({})])))
    taker.take(stream)
  }
  const control = async ({ type, flags, length }: FrameHead & { readonly frame: 'control' }): Promise<boolean> => {
    const payload = length > CONTROL_BYTES_MAX ? undefined : await reader.take(length)
    if (!payload) return false
    const view = viewOf(payload)
    switch (type) {
      case TYPES.synStream:
        await openStream(payload, flags)
        break
      case TYPES.headers:
        // Nobody looks at it, and yet it moves the state of the compression.
        await codec.read(payload.subarray(4))
        break
      case TYPES.rstStream:
        streams.get(idAt(view, 0))?.cut()
        break
      case TYPES.ping:
        if (view.getUint32(0) % 2 === 1) tell(TYPES.ping, payload)
        break
      default:
      // SETTINGS, GOAWAY and WINDOW_UPDATE ask for nothing, and what is unknown is passed over.
    }
    return true
  }
  const data = async ({ stream: id, flags, length }: FrameHead & { readonly frame: 'data' }): Promise<boolean> => {
    for (let left = length; left > 0; ) {
      const piece = await reader.takeSome(left)
      if (!piece) return false
      left -= piece.length
      await streams.get(id)?.incoming.write(piece)
    }
    if ((flags & FIN) !== 0) streams.get(id)?.heardEnd()
    return true
  }
  const listen = async (): Promise<void> => {
    try {
      for (;;) {
        const head = await readHead(reader)
        if (!head || head === 'broken' || !(await (head.frame === 'data' ? data(head) : control(head)))) return
      }
    } catch {
      // A client that breaks the protocol is as good as gone.
    } finally {
      for (const stream of streams.values()) stream.cut()
      codec.close()
    }
  }
  return {
    ended: listen(),
    close() {
      tell(TYPES.goAway, words(lastId, 0))
      duplex.end()
    },
  }
}

interface OpenStream extends SpdyStream {
  readonly incoming: BytePipe
  /** The client has said all. */
  heardEnd(): void
  /** Without telling the client. */
  cut(): void
}

function createStream(
  id: number,
  headers: HeaderBlock,
  sendFrame: (frame: Uint8Array) => Promise<void>,
  forget: () => void,
): OpenStream {
  const incoming = bytePipe(UNREAD_BYTES_MAX)
  let [hasHeardEnd, hasSaidEnd, isCut] = [false, false, false]
  const cut = () => {
    isCut = true
    incoming.fail(nobodyThere())
    forget()
  }
  return {
    id,
    headers,
    incoming,
    received: incoming.received,
    async send(bytes) {
      for (let at = 0; at < bytes.length; at += DATA_BYTES_MAX) {
        if (isCut || hasSaidEnd) throw nobodyThere()
        await sendFrame(dataFrame(id, bytes.subarray(at, at + DATA_BYTES_MAX)))
      }
    },
    end() {
      if (isCut || hasSaidEnd) return
      hasSaidEnd = true
      void sendFrame(dataFrame(id, new Uint8Array(0), FIN)).catch(() => {})
      if (hasHeardEnd) forget()
    },
    close() {
      if (isCut) return
      cut()
      void sendFrame(controlFrame(TYPES.rstStream, words(id, RESET.cancel))).catch(() => {})
    },
    heardEnd() {
      hasHeardEnd = true
      incoming.end()
      if (hasSaidEnd) forget()
    },
    cut,
  }
}
