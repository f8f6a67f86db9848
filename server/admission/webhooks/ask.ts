/**
 * One webhook is asked about one write.
 *
 *     denied    it said no: the client gets its words
 *     failed    there was no answer, or none that makes sense: failurePolicy says what becomes of the write
 *
 * Source: apiserver pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go, pkg/util/webhook.
 */
import type { OutgoingAnswer } from '@muster/api/caller.ts'
import { goQuote } from '@muster/api/go-text.ts'
import { badRequest, errorOf, type Status } from '@muster/api/status.ts'
import type { WebhookClientConfig } from '@muster/api/types/admissionregistration-v1.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { type ControlError, isControlError } from '@muster/base/errors.ts'
import type { AdmissionRequest } from '../admission.ts'
import type { RequestHooks } from './access.ts'
import { type HookAnswer, readHookAnswer } from './answer.ts'
import type { Invocation } from './match.ts'
import { reviewOf, reviewVersionOf } from './review.ts'

/** What came of asking. */
export type HookOutcome =
  | { readonly outcome: 'allowed'; readonly answer: HookAnswer }
  | { readonly outcome: 'denied'; readonly answer?: HookAnswer; readonly error: ControlError }
  | { readonly outcome: 'failed'; readonly why: string }

/** Asks. Waits no longer than the webhook's own time-out. */
export async function ask(
  invocation: Invocation,
  request: AdmissionRequest,
  mutating: boolean,
  access: RequestHooks,
  clock: Clock,
): Promise<HookOutcome> {
  const { webhook } = invocation.hook
  if (request.dryRun && !WITHOUT_EFFECTS.has(webhook.sideEffects)) {
    const why = `admission webhook ${goQuote(webhook.name)} does not support dry run`
    return { outcome: 'denied', error: badRequest(why) }
  }
  const version = reviewVersionOf(invocation)
  if (!version) {
    const why =
      'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)'
    return { outcome: 'failed', why }
  }
  const uid = access.newId()
  try {
    const review = reviewOf(invocation, request, access, version, uid)
    const answer = readHookAnswer(await post(webhook, review, access, clock), { uid, version, mutating })
    if (answer.allowed) return { outcome: 'allowed', answer }
    return { outcome: 'denied', answer, error: errorOf(denial(webhook.name, answer.result)) }
  } catch (error) {
    if (!isControlError(error)) throw error
    return { outcome: 'failed', why: error.message }
  }
}

const WITHOUT_EFFECTS: ReadonlySet<string> = new Set(['None', 'NoneOnDryRun'])

/** An answer carries at most a patch of a whole object, which is 3 MiB, and a third more for how it is written. */
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024

interface Called {
  readonly clientConfig: WebhookClientConfig
  readonly timeoutSeconds?: number
}

/** Kubernetes' own limit of a request, for webhooks of old that have none. */
const TIMEOUT_SECONDS_MAX = 30

async function post(
  { clientConfig, timeoutSeconds = TIMEOUT_SECONDS_MAX }: Called,
  review: object,
  access: RequestHooks,
  clock: Clock,
): Promise<OutgoingAnswer> {
  const { caBundle, service } = clientConfig
  const url = urlOf(clientConfig, timeoutSeconds)
  const given = new AbortController()
  const done = new AbortController()
  const late = clock.sleep(seconds(timeoutSeconds), done.signal).then(
    () => {
      given.abort()
      throw badRequest('context deadline exceeded')
    },
    () => new Promise<never>(() => {}),
  )
  const call = async (): Promise<OutgoingAnswer> => {
    const { name = '', namespace = '', port = HTTPS_PORT } = service ?? {}
    const connectTo = service && (await access.resolve(namespace, name, port))
    return access.call({
      url,
      headers: HEADERS,
      body: encoder.encode(JSON.stringify(review)),
      ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : {}),
      ...(connectTo ? { connectTo, servername: `${name}.${namespace}.svc` } : {}),
      answerBytesMax: ANSWER_BYTES_MAX,
      signal: given.signal,
    })
  }
  try {
    return await Promise.race([call(), late])
  } catch (error) {
    if (!isControlError(error)) throw error
    throw badRequest(`failed to call webhook: Post ${goQuote(url)}: ${error.message}`, error)
  } finally {
    done.abort()
  }
}

const HTTPS_PORT = 443
const encoder = new TextEncoder()
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, */*',
  'user-agent': 'kube-apiserver-admission',
}

function urlOf({ url: given, service }: WebhookClientConfig, timeoutSeconds: number): string {
  const { name = '', namespace = '', path = '', port = HTTPS_PORT } = service ?? {}
  const url = new URL(service ? `https://${name}.${namespace}.svc/` : (given ?? ''))
  if (service) url.pathname = path
  const host = service ? `${url.hostname}:${port}` : url.host
  return `https://${host}${url.pathname}?timeout=${timeoutSeconds}s`
}

/** The Status of a refusal, in the webhook's words. Source: apiserver plugin/webhook/errors ToStatusErr. */
function denial(name: string, result: HookAnswer['result']): Status {
  const { message, reason, code, details } = result ?? {}
  const by = `admission webhook ${goQuote(name)} denied the request`
  const why = message || reason
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    ...(typeof reason === 'string' && reason ? { reason } : {}),
    ...(typeof details === 'object' && details !== null ? { details: details as NonNullable<Status['details']> } : {}),
    code: typeof code === 'number' && code >= 400 && code <= CODE_MAX ? code : 400,
  }
}

/** What HTTP can say. */
const CODE_MAX = 599
