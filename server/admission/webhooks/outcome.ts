/** What becomes of a write after a webhook was asked: told, counted, and refused where it must be. */

import { goQuote } from '@muster/api/go-text.ts'
import { internal, statusOf } from '@muster/api/status.ts'
import type { Duration } from '@muster/base/clock.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'
import { operationOf } from '../match-rules.ts'
import type { RequestHooks } from './access.ts'
import type { HookOutcome } from './ask.ts'
import type { Invocation } from './match.ts'

/** Adds to what the audit log tells of the request. */
export function note(context: AdmissionContext, key: string, value: string, level?: 'Request'): void {
  context.notes?.annotate(key, value, level)
}

interface Occasion {
  readonly type: 'admit' | 'validating'
  /** Which of those that were asked: `round_0_index_2`. */
  readonly place: string
  /** By the clock's `elapsed`. */
  readonly begun: Duration
}

/** Tells of it and counts it. Throws what the client gets when the write is refused. */
export function settle(
  outcome: HookOutcome,
  { hook }: Invocation,
  request: AdmissionRequest,
  context: AdmissionContext,
  { metrics }: RequestHooks,
  { type, place, begun }: Occasion,
): void {
  const { name, failurePolicy } = hook.webhook
  const took = (context.clock.elapsed() - begun) as Duration
  const count = { name, type, operation: operationOf(request), took }
  if (outcome.outcome !== 'failed' && outcome.answer) {
    const { warnings, auditAnnotations } = outcome.answer
    for (const warning of warnings) context.notes?.warn(warning)
    for (const [key, value] of Object.entries(auditAnnotations)) note(context, `${name}/${key}`, value)
  }
  switch (outcome.outcome) {
    case 'allowed':
      metrics.asked({ ...count, rejected: false, code: 200 })
      return
    case 'denied': {
      // Without an answer it was this server that said no: to a dry run.
      const error = outcome.answer ? 'no_error' : 'apiserver_internal_error'
      metrics.asked({ ...count, rejected: true, code: outcome.answer ? statusOf(outcome.error).code : 0, error })
      throw outcome.error
    }
    case 'failed': {
      const isOpen = failurePolicy === 'Ignore'
      metrics.asked({ ...count, rejected: !isOpen, code: 503, error: 'calling_webhook_error' })
      if (!isOpen) throw internal(`failed calling webhook ${goQuote(name)}: ${outcome.why}`)
      metrics.failedOpen(name, type)
      const kind = type === 'admit' ? 'mutation' : 'validating'
      note(context, `failed-open.${kind}.webhook.admission.k8s.io/${place}`, name)
      return
    }
    default:
      outcome satisfies never
  }
}
