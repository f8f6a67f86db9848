/** What is counted of webhooks, under Kubernetes' names. Source: apiserver pkg/admission/metrics. */
import type { Duration } from '@muster/base/clock.ts'
import { Counter, Histogram, type Registry } from '@prometheus-io/client'

/** One webhook that was asked. */
export interface HookAsked {
  readonly name: string
  readonly type: 'admit' | 'validating'
  readonly operation: string
  readonly rejected: boolean
  /** Of HTTP: that of the refusal, or that of the failure. */
  readonly code: number
  /** Why it was refused, where it was. */
  readonly error?: 'no_error' | 'calling_webhook_error' | 'apiserver_internal_error'
  readonly took: Duration
}

/** Counts of webhooks. */
export interface HookMetrics {
  asked(hook: HookAsked): void
  /** It failed, and the write went on without it. */
  failedOpen(name: string, type: HookAsked['type']): void
}

/** In seconds. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25]

/** Counts that start at zero. */
export function createHookMetrics(registers: [Registry]): HookMetrics {
  const labels = ['name', 'type', 'operation', 'rejected'] as const
  const duration = new Histogram({
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: 'Time that each webhook took, by its name.',
    labelNames: [...labels],
    buckets: BUCKETS,
    registers,
  })
  const total = new Counter({
    name: 'apiserver_admission_webhook_request_total',
    help: 'Webhooks asked, by name and HTTP code.',
    labelNames: [...labels, 'code'],
    registers,
  })
  const rejections = new Counter({
    name: 'apiserver_admission_webhook_rejection_count',
    help: 'Writes refused by a webhook, or for the failure of one.',
    labelNames: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
    registers,
  })
  const open = new Counter({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: 'Failures of webhooks that were passed over, as their failurePolicy says.',
    labelNames: ['name', 'type'],
    registers,
  })
  return {
    asked({ name, type, operation, rejected, code, error, took }) {
      const said = { name, type, operation, rejected: String(rejected) }
      duration.observe(said, took / 1000)
      total.inc({ ...said, code: String(code) })
      if (rejected)
        rejections.inc({ name, type, operation, error_type: error ?? 'no_error', rejection_code: String(code) })
    },
    failedOpen: (name, type) => open.inc({ name, type }),
  }
}
