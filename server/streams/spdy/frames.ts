/**
 * Frames of SPDY/3.1, as bytes.
 *
 *     control   1 | version 3 (15) | type (16) | flags (8) | length (24) | payload
 *     data      0 | stream (31)                | flags (8) | length (24) | payload
 *
 * Source: SPDY Protocol, draft 3.1, section 2.
 */
import type { ByteReader } from '../byte-reader.ts'
import { viewOf } from '../view-of.ts'

/** What a control frame is for. */
export const TYPES = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const

/** A flag of data, SYN_STREAM and SYN_REPLY: the sender says no more in this stream. */
export const FIN = 1
/** Why a stream is reset. */
export const RESET = { protocolError: 1, refused: 3, cancel: 5 } as const

/** The beginning of a frame. */
export type FrameHead =
  | { readonly frame: 'data'; readonly stream: number; readonly flags: number; readonly length: number }
  | { readonly frame: 'control'; readonly type: number; readonly flags: number; readonly length: number }

const HEAD_BYTES = 8
const VERSION = 3

/** Reads the next head; undefined at the end, and `broken` for another version. */
export async function readHead(reader: ByteReader): Promise<FrameHead | 'broken' | undefined> {
  const bytes = await reader.take(HEAD_BYTES)
  if (!bytes) return undefined
  const view = viewOf(bytes)
  const flags = view.getUint8(4)
  const length = view.getUint32(4) & 0xff_ff_ff
  const isControl = (view.getUint8(0) & 0x80) !== 0
  if (!isControl) return { frame: 'data', stream: idAt(view, 0), flags, length }
  if ((view.getUint16(0) & 0x7f_ff) !== VERSION) return 'broken'
  return { frame: 'control', type: view.getUint16(2), flags, length }
}

/** A stream's id, without the bit that is kept free. */
export const idAt = (view: DataView, at: number): number => view.getUint32(at) & 0x7f_ff_ff_ff

/** A frame of data. */
export function dataFrame(stream: number, payload: Uint8Array, flags = 0): Uint8Array {
  const frame = framed(payload, flags)
  viewOf(frame).setUint32(0, stream)
  return frame
}

/** A control frame. */
export function controlFrame(type: number, payload: Uint8Array, flags = 0): Uint8Array {
  const frame = framed(payload, flags)
  const view = viewOf(frame)
  view.setUint16(0, 0x80_00 | VERSION)
  view.setUint16(2, type)
  return frame
}

function framed(payload: Uint8Array, flags: number): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + payload.length)
  viewOf(frame).setUint32(4, payload.length)
  frame[4] = flags
  frame.set(payload, HEAD_BYTES)
  return frame
}

/** A payload of numbers of 32 bits. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = viewOf(bytes)
  for (const [at, value] of values.entries()) view.setUint32(at * 4, value)
  return bytes
}
