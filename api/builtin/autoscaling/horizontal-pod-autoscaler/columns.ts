/** The table of autoscalers. Source: kubernetes pkg/printers/internalversion printHorizontalPodAutoscaler. */
import { type Column, NAME_COLUMN } from '../../../columns.ts'
import type { KubeObject } from '../../../object.ts'
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../../types/autoscaling-v2.ts'
import { AGE_COLUMN, column } from '../../columns.ts'
import { toV2 } from './convert.ts'

/** What `kubectl get hpa` shows. */
export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  NAME_COLUMN,
  column(
    'Reference',
    'scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.',
    ({ spec }) => `${spec.scaleTargetRef?.kind ?? ''}/${spec.scaleTargetRef?.name ?? ''}`,
  ),
  column(
    'Targets',
    'metrics contains the specifications for which to use to calculate the desired replica count (the maximum replica count across all metrics will be used).  The desired replica count is calculated multiplying the ratio between the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as the pod count is increased, and vice-versa.  See the individual metric source types for more information about how each type of metric must respond. If not set, the default metric will be set to 80% average CPU utilization.',
    ({ spec, status }) => sayMetrics(spec.metrics ?? [], status?.currentMetrics ?? []),
  ),
  column(
    'MinPods',
    'minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one Object or External metric is configured.  Scaling is active as long as at least one metric value is available.',
    ({ spec }) => String(spec.minReplicas ?? '<unset>'),
  ),
  column(
    'MaxPods',
    'maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be less that minReplicas.',
    ({ spec }) => spec.maxReplicas ?? 0,
  ),
  column(
    'Replicas',
    'currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscaler.',
    ({ status }) => status?.currentReplicas ?? 0,
  ),
  AGE_COLUMN,
]

/** The same of the first version, which says less itself. */
export const autoscalerColumnsOfV1: readonly Column<HorizontalPodAutoscaler>[] = autoscalerColumns.map((one) => ({
  ...one,
  cell: (object: KubeObject, now: number) => one.cell(toV2(object), now),
}))

/** How many metrics are said; of the others only that they are there. */
const SAID_MAX = 2
const UNKNOWN = '<unknown>'

function sayMetrics(metrics: readonly MetricSpec[], current: readonly MetricStatus[]): string {
  if (metrics.length === 0) return '<none>'
  const said = metrics.slice(0, SAID_MAX).map((metric, at) => sayMetric(metric, current[at] ?? { type: '' }))
  const others = metrics.length - said.length
  return `${said.join(', ')}${others > 0 ? ` + ${others} more...` : ''}`
}

function sayMetric(metric: MetricSpec, current: MetricStatus): string {
  switch (metric.type) {
    case 'External':
      return sayValue(metric.external?.target, current.external?.current)
    case 'Object':
      return sayValue(metric.object?.target, current.object?.current)
    case 'Pods':
      return `${current.pods?.current.averageValue ?? UNKNOWN}/${metric.pods?.target.averageValue ?? UNKNOWN}`
    case 'Resource':
      return `${metric.resource?.name}: ${sayShare(metric.resource?.target, current.resource?.current)}`
    case 'ContainerResource': {
      const { name, target } = metric.containerResource ?? {}
      return `${name}: ${sayShare(target, current.containerResource?.current)}`
    }
    default:
      return '<unknown type>'
  }
}

const sayValue = (target: MetricTarget | undefined, current: MetricValueStatus | undefined): string =>
  target?.averageValue === undefined
    ? `${current?.value ?? UNKNOWN}/${target?.value ?? UNKNOWN}`
    : `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`

function sayShare(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`
  const percent = (share: number | undefined, none: string) => (share === undefined ? none : `${share}%`)
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(target?.averageUtilization, '<auto>')}`
}
