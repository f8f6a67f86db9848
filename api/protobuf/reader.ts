/**
 * Reads protobuf that somebody sent: every length is checked against what is there, and whatever is wrong is a 400 in
 * the words of Kubernetes' own decoder. Source: gogo/protobuf, generated Unmarshal functions.
 */
import { badRequest } from '../status.ts'

/** Bytes, and how far they have been read. */
export interface Reader {
  readonly bytes: Buffer
  at: number
  /** Where the message that is being read ends. */
  end: number
  /** How many messages deep the reader is. */
  depth: number
  /** How many objects have been made of the bytes. */
  objects: number
}

/** A reader of all these bytes. */
export const newReader = (bytes: Uint8Array): Reader => ({
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  at: 0,
  end: bytes.byteLength,
  depth: 0,
  objects: 0,
})

/** A varint as an int64. Beyond 2^53 it is rounded, as JSON.parse rounds such a number. */
export function readInt64(reader: Reader): number {
  const { bytes, end } = reader
  const first = bytes[reader.at] ?? 0
  if (first < 0x80 && reader.at < end) {
    reader.at++
    return first
  }
  let low = 0
  let high = 0
  for (let shift = 0; shift < 64; shift += 7) {
    if (reader.at >= end) throw unexpectedEnd()
    const byte = bytes[reader.at++] ?? 0
    if (shift < 28) low |= (byte & 0x7f) << shift
    else if (shift === 28) {
      low |= (byte & 0x7f) << 28
      high = (byte & 0x7f) >> 4
    } else high |= (byte & 0x7f) << (shift - 32)
    if (byte < 0x80) return high * 0x100000000 + (low >>> 0)
  }
  throw badRequest('proto: integer overflow')
}

/** A varint as an int32: of a longer one only the lower half counts. */
export const readInt32 = (reader: Reader): number => readInt64(reader) | 0

/** Eight bytes as a double. */
export function readDouble(reader: Reader): number {
  const value = reader.bytes.readDoubleLE(take(reader, 8))
  // JSON has no word for it.
  if (!Number.isFinite(value)) throw badRequest(`json: unsupported value: ${value}`)
  return value
}

/** A length, and that many bytes: where they begin. The reader moves to their end. */
export function takeDelimited(reader: Reader): number {
  const length = readInt64(reader)
  if (length < 0) throw badRequest('proto: negative length found during unmarshaling')
  return take(reader, length)
}

/** A text. What is not UTF-8 is replaced, as Go's JSON does. */
export function readText(reader: Reader): string {
  const start = takeDelimited(reader)
  const { bytes, at } = reader
  if (at - start > SHORT_TEXT_MAX) return bytes.toString('utf8', start, at)
  let text = ''
  for (let place = start; place < at; place++) {
    const byte = bytes[place] ?? 0
    if (byte > 0x7f) return bytes.toString('utf8', start, at)
    text += String.fromCharCode(byte)
  }
  return text
}

/** Most texts are names: short, and of ASCII. A loop over them takes half the time of a call into Node. */
const SHORT_TEXT_MAX = 24

/** Bytes, as JSON has them: in base64. */
export function readBase64(reader: Reader): string {
  const start = takeDelimited(reader)
  return reader.bytes.toString('base64', start, reader.at)
}

/**
 * A tag as it is on the wire: the number of a field times eight, and its wire type. `name` is of the message, for what
 * is said when the tag is wrong.
 */
export function readTag(reader: Reader, name: string): number {
  const tag = readInt64(reader)
  const number = Math.floor(tag / 8) | 0
  if ((tag & 7) === 4) throw badRequest(`proto: ${name}: wiretype end group for non-group`)
  if (number <= 0) throw badRequest(`proto: ${name}: illegal tag ${number} (wire type ${tag})`)
  return number * 8 + (tag & 7)
}

/** The number of the field in a tag. */
export const numberOf = (tag: number): number => Math.floor(tag / 8)

/** The wire type in a tag. */
export const wireOf = (tag: number): number => tag & 7

/** Passes over the value of a field that is not known. */
export function skip(reader: Reader, wire: number): void {
  for (let groups = 0, type = wire; ; type = readInt64(reader) & 7) {
    switch (type) {
      case 0:
        readInt64(reader)
        break
      case 1:
        take(reader, 8)
        break
      case 2:
        takeDelimited(reader)
        break
      case 3:
        groups++
        break
      case 4:
        groups--
        break
      case 5:
        take(reader, 4)
        break
      default:
        throw badRequest(`proto: illegal wireType ${type}`)
    }
    if (groups === 0) return
  }
}

/** Reads a message that is the value of a field: from its length to its end. */
export function within<Value>(reader: Reader, read: () => Value): Value {
  const start = takeDelimited(reader)
  const { at, end } = reader
  reader.at = start
  reader.end = at
  const value = read()
  reader.end = end
  return value
}

/** What a message that is read by hand does with one of its fields. */
export interface FieldReader {
  readonly wire: number
  readonly read: () => unknown
}

/** Reads to the end of the reader, each field by its number; fields without a reader are passed over. */
export function readFields(reader: Reader, name: string, fields: Readonly<Record<number, FieldReader>>): void {
  while (reader.at < reader.end) {
    const tag = readTag(reader, name)
    const field = fields[numberOf(tag)]
    if (!field) skip(reader, wireOf(tag))
    else if (field.wire === wireOf(tag)) field.read()
    else throw wrongWire(wireOf(tag), `${numberOf(tag)} of ${name}`)
  }
}

/** The error for a field whose value has another form than its type. */
export const wrongWire = (wire: number, field: string) =>
  badRequest(`proto: wrong wireType = ${wire} for field ${field}`)

function take(reader: Reader, size: number): number {
  const start = reader.at
  if (size > reader.end - start) throw unexpectedEnd()
  reader.at = start + size
  return start
}

const unexpectedEnd = () => badRequest('unexpected EOF')
