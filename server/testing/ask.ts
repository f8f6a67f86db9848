/** An API server in this process, asked in JSON by its administrator: for tests. */
import type { KubeObject } from '@muster/api/object.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi, type TestApi, type TestApiSettings } from './open-test-api.ts'

const json = { 'content-type': 'application/json' }
const encoder = new TextEncoder()

/** An object, or the Status of a failure: whichever a test says it expects. */
export interface JsonBody extends KubeObject {
  readonly message: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: Readonly<Record<string, unknown>>
}

/** What was answered. */
export interface JsonAnswer {
  readonly status: number
  readonly body: JsonBody
  /** The texts of its Warning headers. */
  readonly warnings: readonly string[]
}

/** Opens one. The content type of a patch is its own. */
export async function openAsk(settings: TestApiSettings): Promise<{
  readonly api: TestApi
  readonly ask: (method: string, path: string, body?: unknown, contentType?: string) => Promise<JsonAnswer>
}> {
  const api = await openTestApi(settings)
  const send = askMuster(api)
  return {
    api,
    async ask(method, path, body, contentType) {
      const headers = body === undefined ? {} : contentType ? { 'content-type': contentType } : json
      const bytes = body === undefined ? undefined : encoder.encode(JSON.stringify(body))
      const answer = await send({ method, path, headers, identity: 'admin', body: bytes })
      return { status: answer.status, body: JSON.parse(answer.body), warnings: warningsIn(answer.headers.warning) }
    },
  }
}

/** `299 - "text"`, one or several. */
const warningsIn = (header: string | readonly string[] | undefined): string[] =>
  [header ?? []].flat().map((line) => JSON.parse(line.slice(line.indexOf('"'))))
