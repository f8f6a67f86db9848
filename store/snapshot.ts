/**
 * A store as a stream of bytes: frames of the log's own format, so that a snapshot outlives engines.
 *
 *     state · every retained version in order of revision · state again, with the head · an empty frame
 */
import { assert, ControlError } from '@muster/base/errors.ts'
import { checksumHolds, decodeFrame, encodeFrame, readFrameHeader, sealFrame } from './codec.ts'
import { FRAME_HEADER_BYTES } from './frame-bytes.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { type LogRecord, loose } from './record.ts'
import type { Revision } from './store.ts'

/** Versions in one frame, and read from the log at once. */
const VERSIONS_PER_FRAME = 256

/** A frame longer than this is damage, not data: a group holds a few MiB at most. */
const FRAME_BYTES_MAX = 1 << 30

/** The bytes of a snapshot. What it began with must stay in the log until it ends. */
export async function* writeSnapshot(ledger: Ledger, log: Log): AsyncGenerator<Uint8Array, void, undefined> {
  const revisions = ledger.revisionsAfter('', 0 as Revision)
  const state = ledger.state()
  // The state as of the end, put at the beginning: revisions are only above what comes later than the versions.
  yield sealed([{ ...state, above: 0 as Revision }])
  for (let at = 0; at < revisions.length; at += VERSIONS_PER_FRAME) {
    const page = [...revisions.subarray(at, at + VERSIONS_PER_FRAME)] as Revision[]
    const versions = await log.read(page)
    yield sealed(
      versions.map((version, index) => {
        assert(version, `revision ${page[index]} is in the log, as the ledger says`)
        return loose(version)
      }),
    )
  }
  // The last versions may have been thinned: the head is above what came.
  yield sealed([{ ...state, jumps: true }])
  yield Buffer.alloc(FRAME_HEADER_BYTES)
}

/** The records of a snapshot, in order. Throws StorageRefused when it is damaged or cut. */
export async function* readSnapshot(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LogRecord, void, undefined> {
  const damaged = (why: string) => new ControlError('StorageRefused', `the snapshot is damaged: ${why}`)
  let rest = Buffer.alloc(0)
  let frames = 0
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    while (rest.length >= FRAME_HEADER_BYTES) {
      const { payloadBytes } = readFrameHeader(rest)
      if (payloadBytes === 0) return
      if (payloadBytes > FRAME_BYTES_MAX) throw damaged(`frame ${frames} says it has ${payloadBytes} bytes`)
      const frameBytes = FRAME_HEADER_BYTES + payloadBytes
      if (rest.length < frameBytes) break
      const frame = rest.subarray(0, frameBytes)
      if (!checksumHolds(frame)) throw damaged(`the checksum of frame ${frames} does not hold`)
      yield* decodeFrame(frame)
      rest = rest.subarray(frameBytes)
      frames++
    }
  }
  throw damaged(`it ends after frame ${frames}, without its end mark`)
}

function sealed(records: readonly LogRecord[]): Uint8Array {
  const frame = encodeFrame(records)
  sealFrame(frame)
  return frame
}
