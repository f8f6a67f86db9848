/** SQLite's write-ahead log as bytes: where its frames are. Source: https://www.sqlite.org/fileformat2.html#walformat */
import { readFileSync } from 'node:fs'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/** The ends of the frames that are in use, the end of the header first; what lies behind them is left from before. */
export function walFrameEnds(path: string): readonly number[] {
  const bytes = readFileSync(path)
  const frameBytes = FRAME_HEADER_BYTES + bytes.readUInt32BE(8)
  const salt = bytes.subarray(16, 24)
  const ends = [HEADER_BYTES]
  for (let at = HEADER_BYTES; at + frameBytes <= bytes.length; at += frameBytes) {
    if (!bytes.subarray(at + 8, at + 16).equals(salt)) break
    ends.push(at + frameBytes)
  }
  return ends
}
