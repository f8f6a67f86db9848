/**
 * Lists in protobuf, put together from items that have been encoded before: nothing is encoded or decoded again.
 * Every list of Kubernetes is `{ ListMeta metadata = 1, repeated items = 2 }`.
 */
import { encode } from './encode.ts'
import { ENVELOPE_TAIL, envelopeHead } from './envelope.ts'
import { closeField, newWriter, WIRE, writeBytes, writeTag, writeVarint, written } from './writer.ts'

/**
 * A list in its envelope, in blocks of about 64 KiB, or of one larger item. The items are what `encode` made of them,
 * without envelopes.
 */
export function* encodeList(
  list: { readonly apiVersion: string; readonly kind: string; readonly metadata: unknown },
  items: readonly Uint8Array[],
): Generator<Uint8Array, void, undefined> {
  const metadata = encodeMetadata(list.metadata)
  const heads = new Map<number, Uint8Array>()
  const headOf = (size: number): Uint8Array => {
    const head = heads.get(size) ?? itemHead(size)
    heads.set(size, head)
    return head
  }
  let size = metadata.length
  for (const { length } of items) size += headOf(length).length + length
  let block = [envelopeHead(list.apiVersion, list.kind, size), metadata]
  let blockSize = 0
  for (const item of items) {
    block.push(headOf(item.length), item)
    blockSize += item.length
    if (blockSize >= BLOCK_BYTES) {
      yield Buffer.concat(block)
      block = []
      blockSize = 0
    }
  }
  yield Buffer.concat([...block, ENVELOPE_TAIL])
}

/** A string of Node cannot hold the largest lists, and a socket wants no small writes. */
const BLOCK_BYTES = 64 * 1024

function encodeMetadata(metadata: unknown): Uint8Array {
  const writer = newWriter()
  writeBytes(writer, encode('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', metadata))
  closeField(writer, 1, 0)
  return written(writer)
}

/** Tag and length before an item of this size. Many items of a list have the same. */
function itemHead(size: number): Uint8Array {
  const writer = newWriter(16)
  writeVarint(writer, size)
  writeTag(writer, 2, WIRE.bytes)
  return written(writer)
}
