/** What is counted of the audit log, under Kubernetes' names. Source: apiserver pkg/audit/metrics.go. */
import { Counter, type Registry } from '@prometheus-io/client'
import type { Level } from './policy.ts'

/** Counts of the audit log. */
export interface AuditMetrics {
  /** A request was looked at, and this level chosen. */
  level(level: Level): void
  /** An event was given to the sinks. */
  event(): void
  /** Events did not get where a sink should have brought them. */
  failed(sink: string, events: number): void
  /** A request was refused because its event could not be kept. */
  refused(): void
}

/** Counts that start at zero. */
export function createAuditMetrics(registers: [Registry]): AuditMetrics {
  const events = new Counter({
    name: 'apiserver_audit_event_total',
    help: 'Audit events made and sent to the sinks.',
    registers,
  })
  const errors = new Counter({
    name: 'apiserver_audit_error_total',
    help: 'Audit events that were lost, by the sink that lost them.',
    labelNames: ['plugin'],
    registers,
  })
  const levels = new Counter({
    name: 'apiserver_audit_level_total',
    help: 'Requests by the level that the audit policy chose.',
    labelNames: ['level'],
    registers,
  })
  const refusals = new Counter({
    name: 'apiserver_audit_requests_rejected_total',
    help: 'Requests refused because their audit event could not be kept.',
    registers,
  })
  return {
    level: (level) => levels.inc({ level }),
    event: () => events.inc(),
    failed: (sink, count) => errors.inc({ plugin: sink }, count),
    refused: () => refusals.inc(),
  }
}
