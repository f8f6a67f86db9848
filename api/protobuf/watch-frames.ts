/**
 * The stream of a watch in protobuf: frames of a length and a WatchEvent, which holds its object in an envelope.
 *
 *     length (4 bytes, big-endian)  WatchEvent { type = 1, object = 2 RawExtension { raw = 1 } }
 *
 * Source: apimachinery pkg/util/framer, pkg/runtime/serializer/protobuf (LengthDelimitedFramer, RawSerializer).
 */
import { ControlError } from '@muster/base/errors.ts'
import { newReader, readFields, readText, takeDelimited, within } from './reader.ts'
import { closeField, newWriter, WIRE, writeBytes, writeText, written, writtenSize } from './writer.ts'

/** The media type of such a stream. */
export const PROTOBUF_WATCH_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf;stream=watch'

/** One event of a watch. `object` is in its envelope. */
export interface WatchFrame {
  /** ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. */
  readonly type: string
  readonly object: Uint8Array
}

/** One frame, its length before it. */
export function encodeWatchFrame({ type, object }: WatchFrame): Uint8Array {
  const writer = newWriter(object.length + FRAME_EXTRA_BYTES)
  writeBytes(writer, object)
  closeField(writer, 1, 0)
  closeField(writer, 2, 0)
  const before = writtenSize(writer)
  writeText(writer, type)
  closeField(writer, 1, before)
  const length = Buffer.allocUnsafe(LENGTH_BYTES)
  length.writeUInt32BE(writtenSize(writer))
  writeBytes(writer, length)
  return written(writer)
}

/** Reads one frame without its length. Errors: BadRequest when it is malformed. */
export function decodeWatchFrame(frame: Uint8Array): WatchFrame {
  const reader = newReader(frame)
  let type = ''
  let object: Uint8Array = new Uint8Array()
  const rawExtension = {
    1: { wire: WIRE.bytes, read: () => (object = reader.bytes.subarray(takeDelimited(reader), reader.at)) },
  }
  readFields(reader, 'WatchEvent', {
    1: { wire: WIRE.bytes, read: () => (type = readText(reader)) },
    2: { wire: WIRE.bytes, read: () => within(reader, () => readFields(reader, 'RawExtension', rawExtension)) },
  })
  return { type, object }
}

/**
 * Cuts a stream into frames: each call takes the next bytes and answers the frames that are complete by then.
 * Errors: TooLarge for a frame of more than {@link FRAME_BYTES_MAX}; nothing can be read of the stream after that.
 */
export function frameCutter(): (chunk: Uint8Array) => readonly Uint8Array[] {
  let chunks: Uint8Array[] = []
  let size = 0
  return (chunk) => {
    chunks.push(chunk)
    size += chunk.length
    const frames: Uint8Array[] = []
    for (;;) {
      const length = nextLength(chunks, size)
      if (length === undefined || size < LENGTH_BYTES + length) return frames
      // Joined once per frame, however small the chunks it came in.
      const bytes = Buffer.concat(chunks)
      frames.push(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
      const rest = bytes.subarray(LENGTH_BYTES + length)
      chunks = rest.length > 0 ? [rest] : []
      size = rest.length
    }
  }
}

/** The largest frame that is read. An object has at most 1.5 MiB where Kubernetes keeps it; this leaves room tenfold. */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024

const LENGTH_BYTES = 4

/** More than the tags and lengths of a frame take beside its texts. */
const FRAME_EXTRA_BYTES = 64

function nextLength(chunks: readonly Uint8Array[], size: number): number | undefined {
  if (size < LENGTH_BYTES) return undefined
  const head = Buffer.alloc(LENGTH_BYTES)
  let filled = 0
  for (const chunk of chunks) {
    if (filled === LENGTH_BYTES) break
    const part = chunk.subarray(0, LENGTH_BYTES - filled)
    head.set(part, filled)
    filled += part.length
  }
  const length = head.readUInt32BE()
  if (length > FRAME_BYTES_MAX)
    throw new ControlError('TooLarge', `a frame of ${length} bytes; the most is ${FRAME_BYTES_MAX}`)
  return length
}
