/**
 * The one way into the API of a test: every request passes, from the test, from controllers, and from sockets.
 *
 *     request ──► faults: refused once? down? ──► profile: what does this hub serve? ──► the API
 *                                                   └ a watch's answer is held on to, so that it can be cut
 *
 * It knows what is under way, which is how a test learns that everything has settled.
 */
import { type ApiRequest, type ApiResponse, answerJson, type Handle } from '@muster/api/message.ts'
import { serviceUnavailable, statusOf } from '@muster/api/status.ts'
import { turn } from './time.ts'

/** Which requests a fault is for; all that match every field that is given. */
export interface RequestMatch {
  /** `POST` */
  readonly method?: string
  /** Within the path: `/namespaces/shop/configmaps`. */
  readonly path?: string | RegExp
  /** Within the `user-agent` header: the name of a client. */
  readonly userAgent?: string
}

/** What a request is answered with in place of the API. */
export interface Refusal {
  /** Default 503. */
  readonly status?: number
  readonly reason?: string
  readonly message?: string
  /** Seconds, as the header of that name says it. */
  readonly retryAfter?: number
}

/** The way in. */
export interface Door {
  readonly handle: Handle
  /** Requests under way, watches not among them. */
  readonly underWay: number
  /** The same, in words: `GET /api/v1/pods`. */
  readonly asked: readonly string[]
  /** Watches that are open. */
  readonly watches: number
  /** Grows with every request, and with everything that a watch was told. */
  readonly passed: number
  /** Answers the next requests that match in place of the API. */
  refuse(match: RequestMatch, refusal: Refusal, times: number): void
  /** Cuts every watch that matches, in the middle of whatever it says. Answers how many. */
  cutWatches(match: RequestMatch): number
}

/**
 * Within one process nothing but promises may stand between a request and the next: without turns in between, controllers
 * that never come to rest would keep everybody else from saying so.
 */
const REQUESTS_A_TURN = 100

interface Rule {
  readonly match: RequestMatch
  readonly refusal: Refusal
  left: number
}

interface OpenWatch {
  readonly request: ApiRequest
  readonly cut: () => void
}

/** A door to an API, which may be another one from one request to the next; undefined while there is none. */
export function createDoor(api: () => Handle | undefined): Door {
  const rules: Rule[] = []
  const watches = new Set<OpenWatch>()
  const underWay = new Set<ApiRequest>()
  let passed = 0
  let asked = 0

  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    const rule = rules.find(({ match, left }) => left > 0 && matches(match, request))
    if (rule) {
      rule.left--
      return refused(rule.refusal)
    }
    const handle = api()
    return handle ? await handle(request) : answerJson(503, statusOf(serviceUnavailable('the server is restarting')))
  }

  /** A watch's answer, which ends when it is cut. */
  const held = (request: ApiRequest, response: ApiResponse, stream: AsyncIterable<Uint8Array>): ApiResponse => {
    const cut = Promise.withResolvers<undefined>()
    const watch = { request, cut: () => cut.resolve(undefined) }
    watches.add(watch)
    // Whoever left while it was being opened is not told of by the stream.
    if (request.signal.aborted) watch.cut()
    request.signal.addEventListener('abort', watch.cut, { once: true })
    async function* until() {
      const inner = stream[Symbol.asyncIterator]()
      try {
        for (;;) {
          const next = await Promise.race([inner.next(), cut.promise])
          if (!next || next.done) return
          passed++
          yield next.value
        }
      } finally {
        watches.delete(watch)
        request.signal.removeEventListener('abort', watch.cut)
        void inner.return?.()
      }
    }
    return { ...response, body: { body: 'stream', stream: until() } }
  }

  return {
    async handle(request) {
      underWay.add(request)
      passed++
      try {
        if (++asked % REQUESTS_A_TURN === 0) await turn()
        const response = await answer(request)
        return response.body.body === 'stream' ? held(request, response, response.body.stream) : response
      } finally {
        underWay.delete(request)
        passed++
      }
    },
    get underWay() {
      return underWay.size
    },
    get asked() {
      return [...underWay].map(({ method, path }) => `${method} ${path}`)
    },
    get watches() {
      return watches.size
    },
    get passed() {
      return passed
    },
    refuse: (match, refusal, times) => void rules.push({ match, refusal, left: times }),
    cutWatches(match) {
      const found = [...watches].filter(({ request }) => matches(match, request))
      for (const watch of found) watch.cut()
      return found.length
    },
  }
}

function matches({ method, path, userAgent }: RequestMatch, request: ApiRequest): boolean {
  if (method !== undefined && method.toUpperCase() !== request.method) return false
  if (typeof path === 'string' && !request.path.includes(path)) return false
  if (path instanceof RegExp && !path.test(request.path)) return false
  return userAgent === undefined || (request.headers['user-agent'] ?? '').includes(userAgent)
}

/** The status that Kubernetes gives with each code. */
const REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

function refused({ status = 503, reason = REASONS[status], message, retryAfter }: Refusal): ApiResponse {
  const code = status
  const said = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: message ?? `the test refuses this request with ${code}`,
    ...(reason === undefined ? {} : { reason }),
    ...(retryAfter === undefined ? {} : { details: { retryAfterSeconds: retryAfter } }),
    code,
  }
  return answerJson(code, said, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
}
