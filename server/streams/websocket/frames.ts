/**
 * Frames of RFC 6455, as bytes.
 *
 *     FIN (1) | reserved (3) | opcode (4) | masked (1) | length (7, or 16, or 64) | mask (32) | payload
 *
 * Source: RFC 6455 section 5.2. Extensions are not negotiated, so the reserved bits are never set.
 */
import type { ByteReader } from '../byte-reader.ts'
import { viewOf } from '../view-of.ts'

/** What a frame is. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The beginning of a frame of a client. */
export interface FrameHead {
  readonly opcode: number
  /** The last of its message. */
  readonly isLast: boolean
  readonly length: number
  readonly mask: Uint8Array
}

/** Reads the next head; undefined at the end, and `broken` for what no client may send. */
export async function readHead(reader: ByteReader): Promise<FrameHead | 'broken' | undefined> {
  const start = await reader.take(2)
  if (!start) return undefined
  const [first = 0, second = 0] = start
  const isMasked = (second & 0x80) !== 0
  if ((first & 0x70) !== 0 || !isMasked) return 'broken'
  const length = await readLength(reader, second & 0x7f)
  const mask = await reader.take(4)
  if (length === undefined || !mask) return undefined
  const opcode = first & 0x0f
  const isLast = (first & 0x80) !== 0
  const isControl = opcode >= OPCODES.close
  if (isControl && (!isLast || length > CONTROL_BYTES_MAX)) return 'broken'
  return Number.isSafeInteger(length) ? { opcode, isLast, length, mask } : 'broken'
}

const CONTROL_BYTES_MAX = 125

async function readLength(reader: ByteReader, short: number): Promise<number | undefined> {
  if (short < 126) return short
  const bytes = await reader.take(short === 126 ? 2 : 8)
  if (!bytes) return undefined
  const view = viewOf(bytes)
  return short === 126 ? view.getUint16(0) : Number(view.getBigUint64(0))
}

/** The payload from `offset` on, without its mask. */
export function unmask(piece: Uint8Array, mask: Uint8Array, offset: number): Uint8Array {
  const plain = new Uint8Array(piece.length)
  for (let at = 0; at < piece.length; at++) plain[at] = (piece[at] ?? 0) ^ (mask[(offset + at) & 3] ?? 0)
  return plain
}

/** A whole message in one frame, as servers send it. */
export function frameOf(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = new Uint8Array(2 + lengthBytes + length)
  const view = viewOf(frame)
  frame[0] = 0x80 | opcode
  frame[1] = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127
  if (lengthBytes === 2) view.setUint16(2, length)
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length))
  frame.set(payload, 2 + lengthBytes)
  return frame
}
