/**
 * What is counted of turns, under the names that dashboards for kube-apiserver use.
 * Source: apiserver pkg/util/flowcontrol/metrics.
 *
 * Objects of other logical clusters than `default` are told by name only where every cluster has them: tenants can make
 * as many as they like, and lines of metrics are not theirs to make.
 */
import type { Duration } from '@muster/base/clock.ts'
import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client'
import { flowControlObjects } from '../admission/bootstrap/flow-control.ts'
import type { NoSeats } from '../fairness/gate.ts'
import type { Flow, Level } from '../fairness/levels.ts'
import { DEFAULT_CLUSTER } from '../http/request-info.ts'

/** Counts turns. */
export interface FairnessMetrics {
  /** Somebody asks for a turn. */
  asked(cluster: string, flow: Pick<Flow, 'schema' | 'level'>): AskedMetrics
}

/** Counts one of them to its end: `refused`, or `began` and then `ended`. */
export interface AskedMetrics {
  refused(why: NoSeats): void
  began(waited: Duration): void
  ended(took: Duration): void
}

const PREFIX = 'apiserver_flowcontrol_'
const SECONDS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]
/** In Kubernetes' words. */
const REASONS: Readonly<Record<NoSeats, string>> = { full: 'queue-full', 'timed out': 'time-out', left: 'cancelled' }

/** Counts that start at zero; levels are looked at when they are printed. */
export function createFairnessMetrics(
  registers: Registry[],
  levels: () => Iterable<Level>,
): FairnessMetrics & { readonly refresh: () => void } {
  const labelNames = ['priority_level', 'flow_schema'] as const
  const counter = (name: string, help: string, more: readonly string[] = []) =>
    new Counter({ name: PREFIX + name, help, labelNames: [...labelNames, ...more], registers })
  const histogram = (name: string, help: string, more: readonly string[] = []) =>
    new Histogram({ name: PREFIX + name, help, labelNames: [...labelNames, ...more], buckets: SECONDS, registers })
  const rejected = counter('rejected_requests_total', 'Requests refused, by level, schema and reason.', ['reason'])
  const dispatched = counter('dispatched_requests_total', 'Requests that were given a turn.')
  const waiting = new Gauge({
    name: `${PREFIX}current_inqueue_requests`,
    help: 'Requests that wait for a turn.',
    labelNames,
    registers,
  })
  const executing = new Gauge({
    name: `${PREFIX}current_executing_requests`,
    help: 'Requests that have a turn, watches until they have begun.',
    labelNames,
    registers,
  })
  const waited = histogram('request_wait_duration_seconds', 'Time that a request waited for its turn.', ['execute'])
  const took = histogram('request_execution_seconds', 'Time that a request had its turn.')
  const ofLevel = LEVEL_GAUGES.map(([name, help, read]) => ({
    gauge: new Gauge({ name: PREFIX + name, help, labelNames: ['priority_level'], registers }),
    read,
  }))
  const counts = new Map<string, Counts>()
  const countsOf = (cluster: string, { schema, level }: Pick<Flow, 'schema' | 'level'>): Counts => {
    const said = (name: string) => (cluster === DEFAULT_CLUSTER || EVERYWHERE.has(name) ? name : 'other')
    const labels = { priority_level: said(level.name), flow_schema: said(schema.metadata.name ?? '') }
    const key = `${labels.priority_level}/${labels.flow_schema}`
    const known = counts.get(key) ?? { labels, waiting: 0, executing: 0, dispatched: 0 }
    counts.set(key, known)
    return known
  }
  return {
    asked(cluster, flow) {
      const count = countsOf(cluster, flow)
      const { level } = flow
      const { labels } = count
      count.waiting++
      return {
        refused(why) {
          count.waiting--
          const reason = why === 'full' && level.gate.queue.shape.queues === 0 ? 'concurrency-limit' : REASONS[why]
          rejected.inc({ ...labels, reason })
        },
        began(time) {
          count.waiting--
          count.executing++
          count.dispatched++
          if (!level.isExempt) waited.observe({ ...labels, execute: 'true' }, time / 1000)
        },
        ended(time) {
          count.executing--
          took.observe(labels, time / 1000)
        },
      }
    },
    refresh() {
      for (const count of counts.values()) {
        waiting.set(count.labels, count.waiting)
        executing.set(count.labels, count.executing)
        dispatched.inc(count.labels, count.dispatched)
        count.dispatched = 0
      }
      for (const { gauge, read } of ofLevel) {
        gauge.reset()
        for (const level of levels()) gauge.set({ priority_level: level.name }, read(level))
      }
    },
  }
}

/** Of one schema at one level. The library is told of them when it prints, as it is of levels. */
interface Counts {
  readonly labels: { readonly priority_level: string; readonly flow_schema: string }
  waiting: number
  executing: number
  /** Since the last time that the library was told. */
  dispatched: number
}

const EVERYWHERE: ReadonlySet<string> = new Set(flowControlObjects().map(({ metadata }) => metadata.name ?? ''))

const LEVEL_GAUGES: readonly [name: string, help: string, read: (level: Level) => number][] = [
  ['nominal_limit_seats', 'Seats that a level has by its shares.', ({ limits }) => limits.nominal],
  ['lower_limit_seats', 'Seats that a level keeps, whatever it lends.', ({ limits }) => limits.lower],
  ['upper_limit_seats', 'Seats that a level may have with what it borrows.', ({ limits }) => limits.upper],
  ['current_limit_seats', 'Seats that a level has for now.', ({ limits }) => limits.current],
  ['current_executing_seats', 'Seats that are in use.', ({ gate }) => gate.queue.seatsInUse],
  ['current_inqueue_seats', 'Seats that are waited for.', ({ gate }) => gate.queue.seatsWaiting],
]
