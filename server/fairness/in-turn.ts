/**
 * A request that is answered when it is its turn, and told which flow it was taken for.
 *
 * A turn lasts until the answer has been sent, but no longer than a minute: a client that does not read what it asked for
 * takes up memory, and no seats. A watch has its turn until the first that it tells is on its way, or there is nothing.
 * Source: apiserver pkg/server/filters/priority-and-fairness.go.
 */
import { type ApiRequest, type ApiResponse, answerText } from '@muster/api/message.ts'
import { type Clock, type Duration, milliseconds, minutes } from '@muster/base/clock.ts'
import type { User } from '../auth/user.ts'
import { afterBody } from '../http/after-body.ts'
import type { RequestInfo } from '../http/request-info.ts'
import { whenOver } from '../http/when-over.ts'
import type { Fairness } from './fairness.ts'
import type { Flow } from './levels.ts'

/** The longest that sending an answer counts. Source: kube-apiserver --request-timeout. */
const TURN_MAX: Duration = minutes(1)

/** Connections that are passed through to a pod last as long as somebody talks, and are not counted. */
const PASSED_THROUGH: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])

/** Answers, when it is the request's turn; with 429 when that does not come. */
export async function inTurn(
  { fairness, clock }: { readonly fairness: Fairness; readonly clock: Clock },
  { request, info, user }: { readonly request: ApiRequest; readonly info: RequestInfo; readonly user: User },
  answer: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  if (info.verb === 'proxy' || (info.about === 'resource' && PASSED_THROUGH.has(info.subresource))) return answer()
  const outcome = await fairness.ask({ request, info, user })
  const headers = flowHeaders(outcome.flow)
  if (outcome.turn === 'refused') {
    const refusal = answerText(429, 'Too many requests, please try again later.\n')
    const retryAfter = { 'retry-after': String(outcome.retryAfterSeconds) }
    return { ...refusal, headers: { ...refusal.headers, ...retryAfter, ...headers } }
  }
  const response = await answer().catch((error) => {
    outcome.leave()
    throw error
  })
  const told = { ...response, headers: { ...response.headers, ...headers } }
  if (info.verb === 'watch') return untilBegun(told, clock, outcome.leave)
  if (told.body.body === 'bytes') return afterBody(told, outcome.leave)
  const sent = new AbortController()
  clock.sleep(TURN_MAX, sent.signal).then(outcome.leave, () => {})
  return afterBody(told, () => {
    sent.abort()
    outcome.leave()
  })
}

/** By uid: the names that an administrator chose for his levels are not for everybody. */
const flowHeaders = ({ schema, level }: Flow) => ({
  'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
  'x-kubernetes-pf-prioritylevel-uid': level.uid,
})

function untilBegun(response: ApiResponse, clock: Clock, leave: () => void): ApiResponse {
  const { body } = response
  if (body.body !== 'stream') return afterBody(response, leave)
  const chunks = body.stream[Symbol.asyncIterator]()
  async function* whole(): AsyncIterable<Uint8Array> {
    const first = chunks.next()
    await Promise.race([first, clock.sleep(milliseconds(0))])
    leave()
    for (let chunk = await first; !chunk.done; chunk = await chunks.next()) yield chunk.value
  }
  const stream = whenOver(whole(), async () => {
    leave()
    await chunks.return?.()
  })
  return { ...response, body: { body: 'stream', stream } }
}
