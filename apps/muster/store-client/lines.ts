/** Lines out of a body that arrives in pieces. */
import { ControlError } from '@muster/base/errors.ts'

/** An event carries a value and the one before: twice the limit of a commit in base64, and room for the rest. */
const LINE_BYTES_MAX = 8 * 1024 * 1024

const NEWLINE = 0x0a

/** The whole lines of each piece of a body as they arrive; what follows the last newline is dropped at the end. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Uint8Array[], void> {
  let rest = Buffer.alloc(0)
  for await (const piece of body) {
    const bytes = Buffer.concat([rest, piece])
    const lines: Uint8Array[] = []
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      lines.push(bytes.subarray(from, end))
      from = end + 1
    }
    rest = bytes.subarray(from)
    if (rest.length > LINE_BYTES_MAX) throw new ControlError('TooLarge', `a line of more than ${LINE_BYTES_MAX} bytes`)
    if (lines.length > 0) yield lines
  }
}
