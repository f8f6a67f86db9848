/** What a watch that asks for it is sent first: everything that is there, as if it had just been added. */
import type { Revision } from '@muster/store/store.ts'
import { BLOCK_BYTES_MAX, concatenate } from './audience.ts'
import type { StoredObject } from './stored-object.ts'
import type { WatchEncoding } from './watch-encoding.ts'

/** What is there, as of when, and how it is sent. */
export interface InitialEvents {
  readonly objects: readonly StoredObject[]
  readonly revision: Revision
  readonly encoding: WatchEncoding
  /** Whether a bookmark says that this was all. */
  readonly bookmark: boolean
}

/** A block of it, and whether there are events in it. */
export interface InitialBlock {
  readonly bytes: Uint8Array
  readonly hasEvents: boolean
}

/** Blocks, made as they are asked for. */
export function* initialBlocks(initial: InitialEvents): Generator<InitialBlock, void, undefined> {
  const { objects, revision, encoding, bookmark } = initial
  let frames: Uint8Array[] = []
  let bytes = 0
  for (const [index, object] of objects.entries()) {
    const encode = (index === 0 && encoding.firstEvent) || encoding.event
    const frame = encode('ADDED', object)
    frames.push(frame)
    bytes += frame.length
    if (bytes < BLOCK_BYTES_MAX) continue
    const joined = concatenate(frames, bytes)
    if (joined) yield { bytes: joined, hasEvents: true }
    frames = []
    bytes = 0
  }
  const hasEvents = frames.length > 0
  if (bookmark) {
    const frame = encoding.bookmark(revision, true)
    frames.push(frame)
    bytes += frame.length
  }
  const joined = concatenate(frames, bytes)
  if (joined) yield { bytes: joined, hasEvents }
}
