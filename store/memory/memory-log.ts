/** A log in memory, made durable on a disk when there is one: the simulator's, which can lose what was not synced. */
import { checksumHolds, decodeFrame, encodeFrame, readFrameHeader, sealFrame } from '../codec.ts'
import type { Disk } from '../disk.ts'
import { FRAME_HEADER_BYTES } from '../frame-bytes.ts'
import type { Log } from '../log.ts'
import { eraseWrite, type LogRecord, type StoredVersion, versionsOf } from '../record.ts'
import type { Revision } from '../store.ts'

/** A log that is gone with its process, unless it is given a disk. It may begin with records of another. */
export function memoryLog(disk?: Disk, image: readonly LogRecord[] = []): Log {
  const versions = new Map<Revision, StoredVersion>()
  let end = 0

  let before: Promise<void> = Promise.resolve()

  const keep = (record: LogRecord) => {
    for (const [revision, version] of versionsOf(record)) versions.set(revision, version)
  }

  const appendNow = async (group: readonly LogRecord[]) => {
    if (disk) {
      const frame = encodeFrame(group)
      sealFrame(frame)
      await disk.write(end, frame)
      await disk.sync()
      end += frame.length
    }
    for (const record of group) keep(record)
  }

  return {
    engine: 'memory',

    async replay(each) {
      for (const record of image) {
        keep(record)
        each(record)
      }
      if (!disk) return
      const bytes = Buffer.from(await disk.read(0, await disk.size()))
      let last: Buffer | undefined
      for (let frame = frameAt(bytes, end); frame; frame = frameAt(bytes, end)) {
        for (const record of decodeFrame(frame)) {
          keep(record)
          each(record)
        }
        end += frame.length
        last = frame
      }
      // What follows was never acknowledged: a write that was torn when the machine went down.
      await disk.truncate(end)
      // The last frame was read, but perhaps from a cache: its sync may never have come, or have failed, after which a
      // later one proves nothing. Nobody may be shown it before it is written and synced anew.
      if (last) await disk.write(end - last.length, last)
      await disk.sync()
    },

    append(group, { follows }) {
      const appended = follows ? before.then(() => appendNow(group)) : appendNow(group)
      before = appended
      // Told to whoever asked; and to whoever follows.
      before.catch(() => undefined)
      return appended
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

    async erase(revisions, record) {
      await record()
      for (const revision of revisions) {
        const version = versions.get(revision)
        if (version?.write.write === 'put') versions.set(revision, { ...version, write: eraseWrite(version.write) })
      }
    },

    async pause() {},

    async bytes() {
      return end
    },

    async close() {
      versions.clear()
    },
  }
}

/** The frame at an offset, or undefined where the log ends or is torn. */
function frameAt(bytes: Buffer, offset: number): Buffer | undefined {
  if (bytes.length - offset < FRAME_HEADER_BYTES) return undefined
  const { payloadBytes } = readFrameHeader(bytes, offset)
  if (payloadBytes === 0 || bytes.length - offset - FRAME_HEADER_BYTES < payloadBytes) return undefined
  const frame = bytes.subarray(offset, offset + FRAME_HEADER_BYTES + payloadBytes)
  return checksumHolds(frame) ? frame : undefined
}
