/** What is done with each record while the log is read at opening. */
import { ControlError } from '@muster/base/errors.ts'
import { readFrameHeader } from '../codec.ts'
import { FRAME_HEADER_BYTES } from '../frame-bytes.ts'
import { type LogRecord, revisionOf } from '../record.ts'
import type { Kept } from './manifest.ts'

/** Sees to it that revisions ascend, and that none are missing but those that compaction may have taken. */
export function orderCheck(keptHorizon: number): (record: LogRecord, path: string) => void {
  let head = 0
  const refuse = (path: string, why: string): never => {
    throw new ControlError('StorageRefused', `${path} was left as it is: ${why}`)
  }
  return (record, path) => {
    if (record.record === 'state') {
      if (!record.jumps && record.above > Math.max(head, keptHorizon)) {
        refuse(path, `it follows revision ${record.above}, and the parts before it end at ${head}`)
      }
      head = Math.max(head, record.above)
    }
    if (record.record !== 'commit') return
    for (const write of record.writes) {
      const revision = revisionOf(write)
      if (revision === undefined) continue
      if (revision <= head) refuse(path, `revision ${revision} comes after ${head}`)
      head = revision
    }
  }
}

/** Takes out of a record what compaction has let go of, though its file still holds it. */
export function keptFilter(kept: Kept | undefined): (record: LogRecord) => LogRecord {
  if (!kept) return (record) => record
  const revisions = new Set(kept.revisions)
  return (record) => {
    if (record.record !== 'commit' || record.first >= kept.horizon) return record
    const writes = record.writes.filter((write) => {
      const revision = revisionOf(write)
      return revision === undefined || revision >= kept.horizon || revisions.has(revision)
    })
    return { ...record, writes }
  }
}

/** Frames that lie end to end in a buffer. */
export function* framesIn(bytes: Uint8Array): Generator<Buffer, void, undefined> {
  const frames = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < frames.length; ) {
    const { payloadBytes } = readFrameHeader(frames, at)
    const end = at + FRAME_HEADER_BYTES + payloadBytes
    yield frames.subarray(at, end)
    at = end
  }
}
