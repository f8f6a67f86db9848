/**
 * How a keeper and those who talk to it tell messages and bytes apart on one socket.
 *
 *     ┌ length, 4 bytes ┐┌ kind ┐┌ length - 1 bytes ┐      kind 0, 1, 2: bytes of stdin, stdout, stderr
 *     │  big-endian     ││ byte ││                  │      kind 3: a message, as JSON
 */
import { Buffer } from 'node:buffer'
import { ControlError } from '@muster/base/errors.ts'

/** Standard input, output and errors, by the numbers that everybody gives them. */
export type StreamNumber = 0 | 1 | 2

/** One thing that came over a socket. */
export type Frame<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'bytes'; readonly stream: StreamNumber; readonly bytes: Buffer }

const MESSAGE = 3
const HEAD_BYTES = 5

/** An order carries its environment, which the API holds below 1 MiB per object. Whatever is longer is no frame of ours. */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024

/** A message, ready to be sent. */
export const messageFrame = (message: unknown): Buffer => frame(MESSAGE, Buffer.from(JSON.stringify(message)))

/** Bytes of a stream, ready to be sent. */
export const bytesFrame = (stream: StreamNumber, bytes: Uint8Array): Buffer => frame(stream, bytes)

function frame(kind: number, body: Uint8Array): Buffer {
  const whole = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  whole.writeUInt32BE(body.length + 1, 0)
  whole.writeUInt8(kind, 4)
  whole.set(body, HEAD_BYTES)
  return whole
}

/**
 * Takes pieces as they come and gives the frames that they complete. It throws BadRequest for what is no frame. Whoever
 * is at the other end is a process of ours: messages are what the caller says they are.
 */
export function frameReader<Message>(): (piece: Uint8Array) => readonly Frame<Message>[] {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece])
    const frames: Frame<Message>[] = []
    while (rest.length >= HEAD_BYTES) {
      const length = rest.readUInt32BE(0)
      const kind = rest.readUInt8(4)
      if (length < 1 || length > FRAME_BYTES_MAX || kind > MESSAGE) {
        throw new ControlError('BadRequest', `this is no frame of a keeper: kind ${kind}, ${length} bytes`)
      }
      if (rest.length < 4 + length) break
      frames.push(opened(kind, rest.subarray(HEAD_BYTES, 4 + length)))
      rest = rest.subarray(4 + length)
    }
    return frames
  }
}

const opened = <Message>(kind: number, body: Buffer): Frame<Message> =>
  kind === 0 || kind === 1 || kind === 2
    ? { kind: 'bytes', stream: kind, bytes: body }
    : { kind: 'message', message: JSON.parse(body.toString('utf8')) }
