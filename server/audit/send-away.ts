/**
 * Lines of the audit log, sent to somebody else's server as an EventList of audit.k8s.io/v1, and sent again until it takes
 * them or too often has not. Source: apiserver plugin/pkg/audit/webhook, pkg/util/webhook DefaultRetryBackoff.
 */
import type { Caller, OutgoingRequest } from '@muster/api/caller.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'

/** Where to, and how it is trusted and asked. */
export type Receiver = Pick<OutgoingRequest, 'url' | 'ca' | 'servername' | 'clientCertificate'> & {
  /** Authorization, where the receiver asks for it. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What sending takes. */
export interface SendDeps {
  readonly call: Caller
  readonly clock: Clock
}

const TRIES_MAX = 5
/** Before the second try; each further wait is half as long again. */
const FIRST_WAIT: Duration = seconds(10)
const WAIT_GROWTH = 1.5
const TRY_TIME_MAX: Duration = seconds(30)
const ANSWER_BYTES_MAX = 64 * 1024

/** Sends lines. Rejects Unavailable when they were not taken. */
export function sendAway(receiver: Receiver, { call, clock }: SendDeps) {
  return async (lines: readonly string[]): Promise<void> => {
    const body = encoder.encode(
      `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${lines.join(',')}]}`,
    )
    let wait = FIRST_WAIT
    for (let tries = 1; ; tries++) {
      const why = await sendOnce(receiver, body, call, clock)
      if (why === undefined) return
      if (tries === TRIES_MAX) throw new ControlError('Unavailable', `${receiver.url} took no audit events: ${why}`)
      await clock.sleep(wait)
      wait = (wait * WAIT_GROWTH) as Duration
    }
  }
}

const encoder = new TextEncoder()

/** Undefined when it was taken; otherwise why not. */
async function sendOnce(
  { headers, ...receiver }: Receiver,
  body: Uint8Array,
  call: Caller,
  clock: Clock,
): Promise<string | undefined> {
  const given = new AbortController()
  const done = new AbortController()
  void clock.sleep(TRY_TIME_MAX, done.signal).then(
    () => given.abort(),
    () => {},
  )
  try {
    const { status } = await call({
      ...receiver,
      headers: { 'content-type': 'application/json', 'user-agent': 'muster-audit', ...headers },
      body,
      answerBytesMax: ANSWER_BYTES_MAX,
      signal: given.signal,
    })
    return status >= 200 && status < 300 ? undefined : `it answered ${status}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    done.abort()
  }
}
