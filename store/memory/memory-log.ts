/** A log in memory, made durable on a disk when there is one: the simulator's, which can lose what was not synced. */
import { assert } from '@muster/base/errors.ts'
import { checksumHolds, decodeFrame, encodeFrame, FRAME_HEADER_BYTES, readFrameHeader, sealFrame } from '../codec.ts'
import type { Disk } from '../disk.ts'
import type { Log } from '../log.ts'
import type { LogRecord, StoredVersion } from '../record.ts'
import type { Revision } from '../store.ts'

export function memoryLog(disk?: Disk): Log {
  const versions = new Map<Revision, StoredVersion>()
  let end = 0

  const keep = (record: LogRecord) => {
    if (record.record !== 'commit') return
    const { token, cause, time, first, last } = record
    for (const write of record.writes) {
      if (write.write === 'none') continue
      const revision = write.write === 'put' ? write.entry.revision : write.revision
      versions.set(revision, { commit: { token, cause, time, first, last }, write })
    }
  }

  return {
    engine: 'memory',

    async replay(each) {
      if (!disk) return
      const bytes = Buffer.from(await disk.read(0, await disk.size()))
      for (let frame = frameAt(bytes, end); frame; frame = frameAt(bytes, end)) {
        for (const record of decodeFrame(frame)) {
          keep(record)
          each(record)
        }
        end += FRAME_HEADER_BYTES + frame.length
      }
      // What follows was never acknowledged: a write that was torn when the machine went down.
      await disk.truncate(end)
    },

    async append(group) {
      if (disk) {
        const frame = encodeFrame(group)
        sealFrame(frame)
        await disk.write(end, frame)
        await disk.sync()
        end += frame.length
      }
      for (const record of group) keep(record)
    },

    async read(revisions) {
      return revisions.map((revision) => versions.get(revision))
    },

    async reclaim(horizon, kept) {
      const wanted = new Set(kept)
      for (const revision of versions.keys()) {
        if (revision < horizon && !wanted.has(revision)) versions.delete(revision)
      }
    },

    async bytes() {
      return end
    },

    async close() {
      versions.clear()
    },
  }
}

/** The payload of the frame at an offset, or undefined where the log ends or is torn. */
function frameAt(bytes: Buffer, offset: number): Buffer | undefined {
  if (bytes.length - offset < FRAME_HEADER_BYTES) return undefined
  const header = readFrameHeader(bytes, offset)
  assert(header.length >= 0, 'a length is unsigned')
  if (header.length === 0 || bytes.length - offset - FRAME_HEADER_BYTES < header.length) return undefined
  const payload = bytes.subarray(offset + FRAME_HEADER_BYTES, offset + FRAME_HEADER_BYTES + header.length)
  return checksumHolds(header, payload) ? payload : undefined
}
