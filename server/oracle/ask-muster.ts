/** The API of Muster as the oracle asks it: a request in plain text, and the whole of the answer. */
import { type ApiRequest, type ApiResponse, parseQuery, piecesOf } from '@muster/api/message.ts'
import type { TestApi } from '../testing/open-test-api.ts'
import type { RawResponse } from './normalise.ts'
import type { Send } from './replay.ts'

const encoder = new TextEncoder()

/** Asks as the administrator whom the oracle had, or as nobody. */
export const askMuster =
  (api: TestApi): Send =>
  async ({ method, path, headers, body, identity }) => {
    const at = path.indexOf('?')
    const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const request: ApiRequest = {
      method,
      path: at < 0 ? path : path.slice(0, at),
      query: parseQuery(at < 0 ? '' : path.slice(at + 1)),
      headers: { ...(identity === 'nobody' ? {} : { authorization: `Bearer ${api.adminToken}` }), ...lowered },
      headerLists: Object.fromEntries(
        Object.entries(lowered)
          .filter(([name]) => name.startsWith('impersonate-'))
          .map(([name, value]) => [name, [value].flat()]),
      ),
      body: typeof body === 'string' ? encoder.encode(body) : (body ?? new Uint8Array(0)),
      signal: new AbortController().signal,
    }
    const isEndless = /[?&]watch=/.test(path) && !path.includes('timeoutSeconds')
    const response = await rawAnswer(await api.handle(request), isEndless)
    // HTTP leaves out what would be the body, whatever it was.
    return method === 'HEAD' ? { ...response, body: '' } : response
  }

/** A watch that nobody ends is left once it has said what there is, as the recorder left it. */
async function rawAnswer({ status, headers, body }: ApiResponse, isEndless: boolean): Promise<RawResponse> {
  const chunks: Uint8Array[] = []
  if (isEndless && body.body === 'stream') {
    const [first] = await Promise.race([firstOf(body.stream), nothingSoon()])
    if (first) chunks.push(first)
  } else for await (const chunk of piecesOf(body)) chunks.push(chunk)
  return { status, headers, body: Buffer.concat(chunks).toString('utf8') }
}

async function firstOf(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  for await (const chunk of stream) return [chunk]
  return []
}

/** A few turns of the promise queue: what is there at once has come by then. */
async function nothingSoon(): Promise<readonly Uint8Array[]> {
  for (let turn = 0; turn < TURNS; turn++) await undefined
  return []
}
const TURNS = 100
