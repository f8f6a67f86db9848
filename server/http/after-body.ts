/** Something that is to be done once an answer has been sent, or is not wanted any more. */
import type { ApiResponse } from '@muster/api/message.ts'
import { whenOver } from './when-over.ts'

/** Calls `after` when the body is over: at once for bytes, and else when its reader has come to the end or stopped. */
export function afterBody(response: ApiResponse, after: () => void): ApiResponse {
  const { body } = response
  if (body.body === 'bytes') {
    after()
    return response
  }
  const chunks = body.body === 'blocks' ? body.blocks : body.stream
  return { ...response, body: { body: 'stream', stream: whenOver(chunks, after) } }
}
