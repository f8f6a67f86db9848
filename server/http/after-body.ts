/** Something that is to be done once an answer has been sent, or is not wanted any more. */
import { type ApiResponse, piecesOf } from '@muster/api/message.ts'
import { whenOver } from './when-over.ts'

/**
 * Calls `after` when the body is over: at once for bytes, and else when its reader has come to the end or
 * stopped, or the conversation has ended.
 */
export function afterBody(response: ApiResponse, after: () => void): ApiResponse {
  const { body } = response
  if (body.body === 'bytes') {
    after()
    return response
  }
  if (body.body === 'conversation') {
    return { ...response, body: { ...body, talk: (connection) => body.talk(connection).finally(after) } }
  }
  return { ...response, body: { body: 'stream', stream: whenOver(piecesOf(body), after) } }
}
