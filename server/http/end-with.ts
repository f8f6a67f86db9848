/** Conversations that end when somebody else does. */
import type { ApiResponse } from '@muster/api/message.ts'

/** The same answer; where it is a conversation, its connection is cut when the signal aborts. */
export function endWith(response: ApiResponse, signal: AbortSignal): ApiResponse {
  const { body } = response
  if (body.body !== 'conversation') return response
  return {
    ...response,
    body: {
      ...body,
      async talk(connection) {
        const cut = () => connection.close()
        signal.addEventListener('abort', cut, { once: true })
        if (signal.aborted) cut()
        try {
          await body.talk(connection)
        } finally {
          signal.removeEventListener('abort', cut)
        }
      },
    },
  }
}
