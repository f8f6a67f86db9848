/**
 * A list in JSON, in blocks: the bytes of its objects, one after the other. Nothing is parsed and nothing encoded
 * anew, and no block is larger than a socket likes or than one object.
 */
import type { ListPage } from './read.ts'
import { jsonBytesMax, writeJson } from './stored-object.ts'

/** What stands around the objects. */
export interface ListType {
  readonly apiVersion: string
  /** `PodList`. */
  readonly kind: string
  /** Whether the objects are without kind and apiVersion, as those of built-in kinds are. */
  readonly bareItems: boolean
}

/** Large enough that a block costs nothing beside its bytes, small enough to be made while others wait. */
const BLOCK_BYTES = 256 * 1024

/** The blocks of a list, made as they are asked for. */
export function* listJson(
  page: ListPage,
  { apiVersion, kind, bareItems }: ListType,
): Generator<Uint8Array, void, undefined> {
  const metadata = {
    resourceVersion: String(page.revision),
    // Lists of custom resources say that there is no next page.
    ...(page.continue !== undefined ? { continue: page.continue } : bareItems ? {} : { continue: '' }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  }
  const head = JSON.stringify({ kind, apiVersion, metadata })
  let block = Buffer.allocUnsafe(BLOCK_BYTES)
  let end = block.write(`${head.slice(0, -1)},"items":[`, 'utf8')
  let isFirst = true
  for (const object of page.items) {
    const room = jsonBytesMax(object) + TAIL.length
    if (end + room > block.length) {
      yield block.subarray(0, end)
      block = Buffer.allocUnsafe(Math.max(BLOCK_BYTES, room))
      end = 0
    }
    if (!isFirst) block[end++] = COMMA
    end = writeJson(block, end, object, bareItems)
    isFirst = false
  }
  if (end + TAIL.length > block.length) {
    yield block.subarray(0, end)
    block = Buffer.allocUnsafe(TAIL.length)
    end = 0
  }
  yield block.subarray(0, end + block.write(TAIL, end, 'latin1'))
}

const COMMA = 0x2c
const TAIL = ']}\n'
