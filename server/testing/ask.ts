/** An API server in this process, asked in JSON by its administrator: for tests. */
import { systemClock } from '@muster/base/system.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi, type TestApi, type TestApiSettings } from './open-test-api.ts'

const json = { 'content-type': 'application/json' }
const encoder = new TextEncoder()

/** What was answered, and its body as JSON. */
export interface JsonAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever comes.
  readonly body: any
}

/** Opens one. The content type of a patch is its own. */
export async function openAsk(settings: Partial<TestApiSettings> = {}): Promise<{
  readonly api: TestApi
  readonly ask: (method: string, path: string, body?: unknown, contentType?: string) => Promise<JsonAnswer>
}> {
  const api = await openTestApi({ clock: systemClock, ...settings })
  const send = askMuster(api)
  return {
    api,
    async ask(method, path, body, contentType) {
      const headers = body === undefined ? {} : contentType ? { 'content-type': contentType } : json
      const bytes = body === undefined ? undefined : encoder.encode(JSON.stringify(body))
      const answer = await send({ method, path, headers, identity: 'admin', body: bytes })
      return { status: answer.status, body: JSON.parse(answer.body) }
    },
  }
}
