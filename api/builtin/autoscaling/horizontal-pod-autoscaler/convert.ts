/**
 * An autoscaler in its first version and in its second. The first knows one metric, the use of the CPU; whatever else
 * the second says travels in annotations, and comes back from them.
 *
 *     v2  spec.metrics, spec.behavior, status.currentMetrics, status.conditions
 *     v1  spec.targetCPUUtilizationPercentage + autoscaling.alpha.kubernetes.io/{metrics,behavior,current-metrics,conditions}
 *
 * Source: kubernetes pkg/apis/autoscaling/v1 conversion.go.
 */
import { goJson } from '../../../go-text.ts'
import type { JsonObject, KubeObject } from '../../../object.ts'
import { isObject } from '../../../schema/json.ts'
import type { HorizontalPodAutoscaler as AutoscalerV1 } from '../../../types/autoscaling-v1.ts'
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  MetricSpec,
  MetricStatus,
} from '../../../types/autoscaling-v2.ts'
import { behaviorOfText, textOfBehavior } from './behavior-text.ts'
import { defaultMetrics } from './defaults.ts'
import { metricOfV1, metricToV1, statusOfV1, statusToV1 } from './metric-text.ts'

const PREFIX = 'autoscaling.alpha.kubernetes.io/'
const ANNOTATIONS = {
  metrics: `${PREFIX}metrics`,
  statuses: `${PREFIX}current-metrics`,
  conditions: `${PREFIX}conditions`,
  behavior: `${PREFIX}behavior`,
  scaleDownTolerance: `${PREFIX}scale-down-tolerance`,
  scaleUpTolerance: `${PREFIX}scale-up-tolerance`,
} as const

/** What the first version says in annotations, since it has no fields for it. */
export const ROUND_TRIP_ANNOTATIONS: readonly string[] = Object.values(ANNOTATIONS)

/** The second version of the first. */
export function toV2(object: KubeObject): HorizontalPodAutoscaler {
  const { metadata, spec, status } = object as AutoscalerV1 // Who asks knows its version.
  const annotations = metadata.annotations ?? {}
  const { targetCPUUtilizationPercentage: percent, ...wanted } = spec
  const { currentCPUUtilizationPercentage: current, ...seen } = status ?? { currentReplicas: 0, desiredReplicas: 0 }
  const metrics = [
    ...readList(annotations[ANNOTATIONS.metrics]).map(metricOfV1),
    ...(percent === undefined ? [] : [ofCpu(percent)]),
  ]
  const statuses = annotations[ANNOTATIONS.statuses]
  const currentMetrics = statuses
    ? readList(statuses).map(statusOfV1)
    : current === undefined
      ? []
      : [statusOfCpu(current)]
  // An annotation may hold anything; validation says what is wrong with it.
  const conditions = readList(annotations[ANNOTATIONS.conditions]) as never[]
  const behavior = behaviorOfText(annotations[ANNOTATIONS.behavior])
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata, ...withoutRoundTrip(metadata.annotations) },
    spec: {
      ...wanted,
      metrics: metrics.length > 0 ? metrics : defaultMetrics(),
      ...(behavior ? { behavior } : {}),
    },
    ...(status
      ? {
          status: {
            ...seen,
            ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
            ...(conditions.length > 0 ? { conditions } : {}),
          },
        }
      : {}),
  }
}

/** The first version of the second. */
export function fromV2(object: KubeObject): KubeObject {
  const { metadata, spec, status } = object as HorizontalPodAutoscaler // Who asks knows its version.
  const { metrics = [], behavior, ...wanted } = spec
  const { currentMetrics: listed, conditions = [], ...seen } = status ?? { desiredReplicas: 0 }
  // Go always writes this field, as null when there is none.
  const currentMetrics = listed ?? []
  const cpu = metrics.find(isOfCpu)?.resource?.target.averageUtilization
  const others = metrics.filter((metric) => !isOfCpu(metric))
  const current = currentMetrics.findLast(isStatusOfCpu)?.resource?.current.averageUtilization
  const carried = {
    ...(others.length > 0 ? { [ANNOTATIONS.metrics]: goJson(others.map(metricToV1)) } : {}),
    ...(currentMetrics.length > 0 ? { [ANNOTATIONS.statuses]: goJson(currentMetrics.map(statusToV1)) } : {}),
    ...(behavior ? { [ANNOTATIONS.behavior]: textOfBehavior(behavior) } : {}),
    ...(conditions.length > 0 ? { [ANNOTATIONS.conditions]: goJson(conditions.map(orderCondition)) } : {}),
  }
  const { annotations } = withoutRoundTrip(metadata.annotations)
  const all = { ...annotations, ...carried }
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...metadata, ...(Object.keys(all).length > 0 || annotations ? { annotations: all } : {}) },
    spec: { ...wanted, ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu }) },
    ...(status
      ? {
          status: {
            ...seen,
            currentReplicas: seen.currentReplicas ?? 0,
            ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
          },
        }
      : {}),
  }
}

/** Fills in the first version, by way of the second: who writes it owns all that follows. Changes it. */
export function defaultV1(object: KubeObject): void {
  const { spec } = object as AutoscalerV1 // Who asks knows its version.
  if (!spec) return
  spec.minReplicas ??= 1
  Object.assign(object, fromV2(toV2(object)))
}

const isOfCpu = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined

const isStatusOfCpu = ({ type, resource }: MetricStatus): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.current?.averageUtilization !== undefined

const ofCpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const statusOfCpu = (averageUtilization: number): MetricStatus => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
})

/** The fields in Go's order, which is that of the text. */
const orderCondition = (condition: HorizontalPodAutoscalerCondition): object => {
  const { type, status, lastTransitionTime = null, reason, message } = condition
  return { type, status, lastTransitionTime, reason, message }
}

function withoutRoundTrip(annotations: Record<string, string> | undefined): { annotations?: Record<string, string> } {
  if (!annotations) return {}
  const own = Object.entries(annotations).filter(([name]) => !ROUND_TRIP_ANNOTATIONS.includes(name))
  return { annotations: Object.fromEntries(own) }
}

/** The objects of a list of JSON; none when it is no such text, which is not held against whoever wrote it. */
function readList(text: string | undefined): JsonObject[] {
  if (text === undefined) return []
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed.filter(isObject).map((one) => one as JsonObject) : []
  } catch {
    return []
  }
}
