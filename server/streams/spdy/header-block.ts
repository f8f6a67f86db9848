/**
 * Blocks of names and values, as SPDY/3.1 compresses them: one state of zlib in each direction for as long as the
 * connection lasts, so every block has to be taken in, and in order. Source: SPDY Protocol, draft 3.1, section 2.6.10.
 */
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'
import { ControlError } from '@muster/base/errors.ts'
import { viewOf } from '../view-of.ts'
import { HEADER_DICTIONARY } from './dictionary.ts'
import { words } from './frames.ts'

/** Names in lower case. */
export type HeaderBlock = Readonly<Record<string, string>>

/** Both directions of one connection. */
export interface HeaderCodec {
  /** Throws BadRequest for what is no block, or unfolds to more than {@link BLOCK_BYTES_MAX}. */
  read(block: Uint8Array): Promise<HeaderBlock>
  write(headers: HeaderBlock): Promise<Uint8Array>
  close(): void
}

/** A stream is opened with a handful of short headers. */
const BLOCK_BYTES_MAX = 64 * 1024

/** The codec of a new connection. */
export function headerCodec(): HeaderCodec {
  const settings = { dictionary: HEADER_DICTIONARY, flush: constants.Z_SYNC_FLUSH }
  const inflate = createInflate(settings)
  const deflate = createDeflate(settings)
  const unfold = through(inflate)
  const fold = through(deflate)
  return {
    read: async (block) => parse(await unfold(block)),
    write: (headers) => fold(print(headers)),
    close() {
      inflate.destroy()
      deflate.destroy()
    },
  }
}

/** Puts bytes through, one call after the other. */
function through(stream: Inflate | Deflate): (bytes: Uint8Array) => Promise<Uint8Array> {
  let pieces: Uint8Array[] = []
  let size = 0
  let fail = (_cause: unknown) => {}
  stream.on('data', (piece: Uint8Array) => {
    size += piece.length
    if (size <= BLOCK_BYTES_MAX) pieces.push(piece)
    else fail(new Error(`a block of headers is longer than ${BLOCK_BYTES_MAX} bytes`))
  })
  stream.on('error', (cause) => fail(cause))
  return (bytes) =>
    new Promise((resolve, reject) => {
      pieces = []
      size = 0
      fail = (cause) => {
        reject(new ControlError('BadRequest', 'the headers of a stream cannot be read', cause))
        stream.destroy()
      }
      if (stream.destroyed) return fail(new Error('the connection has ended'))
      stream.write(bytes, () => resolve(Buffer.concat(pieces)))
    })
}

const decoder = new TextDecoder()

function parse(bytes: Uint8Array): HeaderBlock {
  const view = viewOf(bytes)
  const headers: Record<string, string> = {}
  let at = 4
  const text = (): string => {
    const from = at + 4
    at = from + view.getUint32(at)
    if (at > bytes.length) throw new RangeError('a header is longer than its block')
    return decoder.decode(bytes.subarray(from, at))
  }
  try {
    for (let left = view.getUint32(0); left > 0; left--) headers[text().toLowerCase()] = text()
  } catch (cause) {
    throw new ControlError('BadRequest', 'the headers of a stream cannot be read', cause)
  }
  return headers
}

function print(headers: HeaderBlock): Uint8Array {
  const pairs = Object.entries(headers)
  const texts = pairs.flat().map((text) => Buffer.from(text))
  return Buffer.concat([words(pairs.length), ...texts.flatMap((text) => [words(text.length), text])])
}
