/** Something that is to be done once an answer has been sent, or is not wanted any more. */
import type { ApiResponse } from '@muster/api/message.ts'

/** Calls `after` when the body is over: at once for bytes, and else when its reader has come to the end or stopped. */
export function afterBody(response: ApiResponse, after: () => void): ApiResponse {
  const { body } = response
  if (body.body === 'bytes') {
    after()
    return response
  }
  async function* whole(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* chunks
    } finally {
      after()
    }
  }
  return { ...response, body: { body: 'stream', stream: whole(body.body === 'blocks' ? body.blocks : body.stream) } }
}
