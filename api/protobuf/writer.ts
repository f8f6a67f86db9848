/**
 * Writes protobuf from its end to its beginning, as Kubernetes' own encoder does: when a length is due, what it counts
 * has just been written.
 *
 *     bytes   [ free ................ | written later | written first ]
 *                                     ^ start
 */

/** Bytes that grow towards the front; what is written begins at `start`. */
export interface Writer {
  bytes: Buffer
  start: number
  /** How many messages deep the writer is. */
  depth: number
}

/** The wire types of protobuf that are written. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2 } as const

/** A writer that has written nothing. */
export const newWriter = (sizeBytes = 1024): Writer => ({
  bytes: Buffer.allocUnsafe(sizeBytes),
  start: sizeBytes,
  depth: 0,
})

/** How many bytes have been written. */
export const writtenSize = ({ bytes, start }: Writer): number => bytes.length - start

/** What has been written. The writer is not used after that. */
export const written = ({ bytes, start }: Writer): Uint8Array => bytes.subarray(start)

/** A varint of any integer in the range of int64, or of a size. Negative numbers take ten bytes. */
export function writeVarint(writer: Writer, value: number): void {
  if (value < 0 || value > 0x7fffffff) {
    writeLongVarint(writer, value)
    return
  }
  makeRoom(writer, 5)
  const size = value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
  const { bytes } = writer
  writer.start -= size
  let at = writer.start
  for (; value > 0x7f; value >>>= 7) bytes[at++] = (value & 0x7f) | 0x80
  bytes[at] = value
}

/** The tag of a field. Written after its value, being before it. */
export const writeTag = (writer: Writer, number: number, wire: number): void =>
  writeVarint(writer, (number << 3) | wire)

/** Bytes as they are. */
export function writeBytes(writer: Writer, value: Uint8Array): void {
  makeRoom(writer, value.length)
  writer.start -= value.length
  writer.bytes.set(value, writer.start)
}

/** A text in UTF-8. */
export function writeText(writer: Writer, value: string): void {
  if (value.length <= SHORT_TEXT_MAX && writeAscii(writer, value)) return
  const size = Buffer.byteLength(value)
  makeRoom(writer, size)
  writer.start -= size
  writer.bytes.write(value, writer.start)
}

/** Eight bytes of a double. */
export function writeDouble(writer: Writer, value: number): void {
  makeRoom(writer, 8)
  writer.start -= 8
  writer.bytes.writeDoubleLE(value, writer.start)
}

/** Length and tag of a field, whose value has been written since the writer had this size. */
export function closeField(writer: Writer, number: number, sizeBefore: number): void {
  writeVarint(writer, writtenSize(writer) - sizeBefore)
  writeTag(writer, number, WIRE.bytes)
}

/** Most texts are names: short, and of ASCII. A loop over them takes half the time of a call into Node. */
const SHORT_TEXT_MAX = 48

function writeAscii(writer: Writer, value: string): boolean {
  makeRoom(writer, value.length)
  const start = writer.start - value.length
  for (let place = 0; place < value.length; place++) {
    const unit = value.charCodeAt(place)
    if (unit > 0x7f) return false
    writer.bytes[start + place] = unit
  }
  writer.start = start
  return true
}

/** A field with a text. */
export function writeTextField(writer: Writer, number: number, value: string): void {
  const before = writtenSize(writer)
  writeText(writer, value)
  closeField(writer, number, before)
}

function writeLongVarint(writer: Writer, value: number): void {
  const septets: number[] = []
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    septets.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    if (rest <= 0x7fn) break
  }
  writeBytes(writer, Uint8Array.from(septets))
}

function makeRoom(writer: Writer, size: number): void {
  if (writer.start >= size) return
  const used = writtenSize(writer)
  const grown = Buffer.allocUnsafe(Math.max(writer.bytes.length * 2, used + size))
  writer.bytes.copy(grown, grown.length - used, writer.start)
  writer.start = grown.length - used
  writer.bytes = grown
}
