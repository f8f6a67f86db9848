/** Standard input: a value that is piped in, or the sign that a parent is still there. */
import { ControlError } from '@muster/base/errors.ts'
import { COMMIT_BYTES_MAX } from '@muster/store/limits.ts'

/** All of standard input; throws TooLarge as soon as it is more than a commit can carry. */
export async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    length += chunk.length
    if (length > COMMIT_BYTES_MAX)
      throw new ControlError('TooLarge', `standard input: more than ${COMMIT_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** Aborts when standard input ends: a parent that is killed closes it, whatever else it had no time for. */
export function endOfStdin(): AbortSignal {
  const controller = new AbortController()
  process.stdin.on('close', () => controller.abort())
  process.stdin.resume()
  return controller.signal
}
