/**
 * Several channels in one WebSocket: the first byte of a message says which one it is of, as a number, or as a digit
 * where the rest is base64.
 *
 *     channel.k8s.io, v4.channel.k8s.io, v5.channel.k8s.io    binary: 0x01 'text of stdout'
 *     base64.channel.k8s.io, v4.base64.channel.k8s.io         text:   '1' 'dGV4dA=='
 *     in v5, 0xff 0x00 says that the client has said all in channel 0
 *
 * Source: apimachinery pkg/util/httpstream/wsstream; remotecommand constants StreamClose.
 */
import { nobodyThere } from '@muster/base/byte-duplex.ts'
import { type BytePipe, bytePipe } from '@muster/base/byte-pipe.ts'
import { assert } from '@muster/base/errors.ts'
import { CLOSE, type Piece, type WebSocketEnd } from './connection.ts'

/** Channels of one WebSocket. */
export interface Channels {
  /** What the client says in a channel that it may write to. */
  received(channel: number): AsyncIterable<Uint8Array>
  send(channel: number, bytes: Uint8Array): Promise<void>
  /** Resolves when the client is gone, or has broken the protocol. */
  readonly ended: Promise<void>
  close(): void
}

/** How a protocol writes. */
export interface ChannelForm {
  readonly isBase64: boolean
  /** The client can say that it has said all in one channel. */
  readonly hasClose: boolean
}

const CLOSING = 255
/** What waits in one channel before the rest of the WebSocket does. */
const UNREAD_BYTES_MAX = 256 * 1024
/** A message in base64 is decoded as a whole. */
const TEXT_BYTES_MAX = 4 * 1024 * 1024

/** Channels in a WebSocket; the client writes to `readable` ones, and what it says elsewhere is passed over. */
export function openChannels(socket: WebSocketEnd, { isBase64, hasClose }: ChannelForm, readable: readonly number[]) {
  const pipes = new Map<number, BytePipe>(readable.map((channel) => [channel, bytePipe(UNREAD_BYTES_MAX)]))
  const take = async (channel: number, bytes: Uint8Array): Promise<void> => {
    if (hasClose && channel === CLOSING) pipes.get(bytes[0] ?? -1)?.end()
    else await pipes.get(channel)?.write(bytes)
  }
  const listen = async (): Promise<void> => {
    try {
      for await (const { channel, bytes } of isBase64 ? decoded(socket) : split(socket)) await take(channel, bytes)
    } catch {
      // A broken connection is the end of it, too.
    } finally {
      for (const pipe of pipes.values()) pipe.fail(nobodyThere())
    }
  }
  const channels: Channels = {
    received(channel) {
      const pipe = pipes.get(channel)
      assert(pipe, 'only a channel that the client may write to is read')
      return pipe.received
    },
    send(channel, bytes) {
      if (!isBase64) return socket.send(Buffer.concat([Uint8Array.of(channel), bytes]))
      return socket.send(Buffer.from(channel + Buffer.from(bytes).toString('base64')), 'text')
    },
    ended: listen(),
    close: () => socket.close(),
  }
  return channels
}

interface Said {
  readonly channel: number
  readonly bytes: Uint8Array
}

async function* split({ received }: WebSocketEnd): AsyncGenerator<Said> {
  let channel: number | undefined
  for await (const { bytes, isFirst } of received) {
    if (isFirst) channel = undefined
    if (bytes.length === 0) continue
    const isStart = channel === undefined
    channel ??= bytes[0] ?? CLOSING
    const rest = isStart ? bytes.subarray(1) : bytes
    if (rest.length > 0) yield { channel, bytes: rest }
  }
}

async function* decoded(socket: WebSocketEnd): AsyncGenerator<Said> {
  let pieces: Uint8Array[] = []
  let size = 0
  for await (const { bytes, isFirst, isLast } of socket.received satisfies AsyncIterable<Piece>) {
    if (isFirst) [pieces, size] = [[], 0]
    pieces.push(bytes)
    size += bytes.length
    if (size > TEXT_BYTES_MAX) return socket.close(CLOSE.tooBig)
    if (!isLast) continue
    const text = Buffer.concat(pieces).toString('latin1')
    if (/^\d/.test(text)) yield { channel: Number(text[0]), bytes: Buffer.from(text.slice(1), 'base64') }
  }
}
