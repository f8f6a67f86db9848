/**
 * What the server counts about itself, under the names that dashboards for kube-apiserver already use.
 * Source: apiserver pkg/endpoints/metrics; the `muster_store_…` ones are Muster's own.
 */

import type { Duration } from '@muster/base/clock.ts'
import type { StoreStatus } from '@muster/store/store.ts'
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { createHookMetrics, type HookMetrics } from '../admission/webhooks/metrics.ts'
import { type AuditMetrics, createAuditMetrics } from '../audit/metrics.ts'
import type { Level } from '../fairness/levels.ts'
import { createFairnessMetrics, type FairnessMetrics } from './fairness-metrics.ts'
import { Tally } from './tally.ts'

/** One answered request. */
export interface Answered {
  readonly verb: string
  readonly group: string
  readonly version: string
  /** Empty for paths that are not about a resource. */
  readonly resource: string
  readonly subresource: string
  readonly code: number
  readonly took: Duration
}

/** The server's counts. */
export interface Metrics {
  answered(request: Answered): void
  /** Reads, writes and watches that are being answered now. */
  inFlight(kind: 'readOnly' | 'mutating' | 'watch', change: 1 | -1): void
  rejected(kind: 'readOnly' | 'mutating' | 'watch'): void
  readonly fairness: FairnessMetrics
  readonly webhooks: HookMetrics
  readonly audit: AuditMetrics
  /** In the text form of Prometheus. */
  print(): Promise<{ contentType: string; text: string }>
}

/** In seconds, as kube-apiserver's, thinned: each bucket of each verb and resource is a line. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Counts that start at zero; `storeStatus` and `levels` are asked when they are printed. */
export function createMetrics(storeStatus: () => Promise<StoreStatus>, levels: () => Iterable<Level>): Metrics {
  const registers: [Registry] = [new Registry()]
  const labelNames = ['verb', 'group', 'version', 'resource', 'subresource'] as const
  const total = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests answered, by verb, resource and HTTP code.',
    labelNames: [...labelNames, 'code'],
    registers,
  })
  const duration = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Time from the whole request to the start of its answer.',
    labelNames: [...labelNames],
    buckets: BUCKETS,
    registers,
  })
  const current = new Gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Requests being answered now.',
    labelNames: ['request_kind'],
    registers,
  })
  const turnedAway = new Counter({
    name: 'apiserver_rejected_requests_total',
    help: 'Requests answered with 429 because too many were in flight.',
    labelNames: ['request_kind'],
    registers,
  })
  const fairness = createFairnessMetrics(registers, levels)
  const gauges = STORE_GAUGES.map(([name, help, read]) => ({ gauge: new Gauge({ name, help, registers }), read }))
  const answers = new Tally(total)
  const inFlight = { readOnly: 0, mutating: 0, watch: 0 }
  return {
    answered({ verb, group, version, resource, subresource, code, took }) {
      const labels = { verb, group, version, resource, subresource }
      answers.add(`${verb} ${group}/${version}/${resource}/${subresource} ${code}`, () => ({
        ...labels,
        code: String(code),
      }))
      if (verb !== 'watch') duration.observe(labels, took / 1000)
    },
    inFlight(kind, change) {
      inFlight[kind] += change
    },
    rejected: (kind) => turnedAway.inc({ request_kind: kind }),
    fairness,
    webhooks: createHookMetrics(registers),
    audit: createAuditMetrics(registers),
    async print() {
      const status = await storeStatus()
      fairness.refresh()
      answers.tell()
      for (const [kind, count] of Object.entries(inFlight)) current.set({ request_kind: kind }, count)
      for (const { gauge, read } of gauges) gauge.set(read(status))
      const [registry] = registers
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

const STORE_GAUGES: readonly [name: string, help: string, read: (status: StoreStatus) => number][] = [
  ['muster_store_head_revision', 'The newest revision.', ({ head }) => head],
  ['muster_store_horizon_revision', 'Reads of the past are exact from here on.', ({ horizon }) => horizon],
  ['muster_store_keys', 'Live keys.', ({ keys }) => keys],
  ['muster_store_versions', 'Versions that history can answer for.', ({ versions }) => versions],
  ['muster_store_live_bytes', 'Keys and values of live entries.', ({ liveBytes }) => liveBytes],
  ['muster_store_file_bytes', 'What the store takes on disk.', ({ fileBytes }) => fileBytes],
  ['muster_store_watches', 'Open watches of the store.', ({ watches }) => watches],
  ['muster_store_writable', '1 while the store takes writes.', ({ health }) => (health.state === 'ready' ? 1 : 0)],
]
