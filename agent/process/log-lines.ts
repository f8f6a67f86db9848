/**
 * Lines of a log as container runtimes write them (the CRI logging format):
 *
 *     2026-11-23T14:11:53.123Z stdout F a whole line
 *     2026-11-23T14:11:53.124Z stderr P the beginning of one that goes on in the next line of this stream
 */
import { Buffer } from 'node:buffer'
import { formatInstant, type Instant, instant } from '@muster/base/clock.ts'

/** The stream that a line came from. */
export type LogStream = 'stdout' | 'stderr'

/** A line is cut after so many bytes: what a program writes without a newline must not grow in memory. As containerd does. */
export const LINE_BYTES_MAX = 16 * 1024

const NEWLINE = 10

/** Turns what a stream says into lines of a log; keeps the beginning of a line until its end has come. */
export function lineWriter(stream: LogStream): {
  write(chunk: Uint8Array, at: Instant): Buffer
  /** The rest, when nothing more comes: the last line had no newline, and gets none. */
  end(at: Instant): Buffer
} {
  let rest: Buffer = Buffer.alloc(0)
  return {
    write(chunk, at) {
      const whole = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk])
      const [full, partial] = heads(stream, at)
      const pieces = cut(whole)
      const copied = pieces.reduce((sum, { from, to }) => sum + full.length + to - from + 1, 0)
      const out = Buffer.allocUnsafe(copied)
      let written = 0
      for (const piece of pieces) {
        written += (piece.full ? full : partial).copy(out, written)
        written += whole.copy(out, written, piece.from, piece.to)
        out[written++] = NEWLINE
      }
      const last = pieces.at(-1)
      // A copy: what is kept must not keep the whole chunk.
      rest = Buffer.from(whole.subarray(last ? last.to + (last.full ? 1 : 0) : 0))
      return out
    },
    end(at) {
      if (rest.length === 0) return rest
      const last = Buffer.concat([heads(stream, at)[1], rest, NEWLINE_BYTES])
      rest = Buffer.alloc(0)
      return last
    },
  }
}

const NEWLINE_BYTES = Buffer.from('\n')

const heads = (stream: LogStream, at: Instant): readonly [Buffer, Buffer] => {
  const time = formatInstant(at)
  return [Buffer.from(`${time} ${stream} F `), Buffer.from(`${time} ${stream} P `)]
}

/** Where the lines of these bytes are; the beginning of one that is not at its end yet, and not too long, is none. */
function cut(bytes: Buffer): readonly { readonly from: number; readonly to: number; readonly full: boolean }[] {
  const pieces: { from: number; to: number; full: boolean }[] = []
  let from = 0
  while (from < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, from)
    const end = newline < 0 ? bytes.length : newline
    if (end - from > LINE_BYTES_MAX) {
      pieces.push({ from, to: from + LINE_BYTES_MAX, full: false })
      from += LINE_BYTES_MAX
    } else if (newline < 0) {
      break
    } else {
      pieces.push({ from, to: end, full: true })
      from = end + 1
    }
  }
  return pieces
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** One line of a log, taken apart. */
export interface LogLine {
  readonly time: string
  readonly at: Instant
  readonly stream: LogStream
  /** False when the line goes on in the next one of its stream. */
  readonly full: boolean
  readonly text: Buffer
}

/** Takes a line apart, given without its newline; undefined for what is none, such as one that a full disk has torn. */
export function parseLine(line: Buffer): LogLine | undefined {
  const head = /^(\S+) (stdout|stderr) ([FP]) /.exec(line.subarray(0, 64).toString('latin1'))
  if (!head) return undefined
  const [{ length }, time = '', stream, tag] = head
  const at = Date.parse(time)
  if (Number.isNaN(at)) return undefined
  return {
    time,
    at: instant(at),
    stream: stream === 'stderr' ? 'stderr' : 'stdout',
    full: tag === 'F',
    text: line.subarray(length),
  }
}

/** What of a log is wanted; as {@link import('../driver.ts').LogQuery} says it. */
export interface LineFilter {
  readonly timestamps: boolean
  readonly sinceTime?: Instant | undefined
  readonly limitBytes?: number | undefined
  readonly stream?: 'Stdout' | 'Stderr' | undefined
}

/** Takes pieces of a log file and gives what a reader sees of them, until `full()`: the limit of bytes is reached. */
export function lineReader(filter: LineFilter): { read(piece: Uint8Array): Buffer; full(): boolean } {
  const wanted = filter.stream?.toLowerCase()
  let rest: Buffer = Buffer.alloc(0)
  let left = filter.limitBytes ?? Number.POSITIVE_INFINITY
  let beginsLine = true
  const show = (bytes: Buffer): Buffer[] => {
    const line = parseLine(bytes)
    if (!line || (wanted !== undefined && line.stream !== wanted)) return []
    if (filter.sinceTime !== undefined && line.at < filter.sinceTime) return []
    const shown = [
      ...(filter.timestamps && beginsLine ? [Buffer.from(`${line.time} `)] : []),
      line.text,
      ...(line.full ? [NEWLINE_BYTES] : []),
    ]
    beginsLine = line.full
    return shown
  }
  return {
    full: () => left <= 0,
    read(piece) {
      const whole = rest.length === 0 ? asBuffer(piece) : Buffer.concat([rest, piece])
      const out: Buffer[] = []
      let from = 0
      for (let end = whole.indexOf(NEWLINE); end >= 0; end = whole.indexOf(NEWLINE, from)) {
        out.push(...show(whole.subarray(from, end)))
        from = end + 1
      }
      rest = Buffer.from(whole.subarray(from))
      const shown = Buffer.concat(out)
      const within = shown.length <= left ? shown : shown.subarray(0, left)
      left -= within.length
      return within
    },
  }
}
