/** What an autoscaler does when it is not said. Source: kubernetes pkg/apis/autoscaling/v2 defaults.go. */
import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec } from '../../../types/autoscaling-v2.ts'

/** The share of its requests that a pod should use, in percent. Source: kubernetes DefaultCPUUtilization. */
const CPU_PERCENT = 80
const PERIOD_SECONDS = 15

/** What is aimed at when nothing is said. */
export const defaultMetrics = (): MetricSpec[] => [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: CPU_PERCENT } } },
]

/** Fills in what is not said. */
export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return
  spec.minReplicas ??= 1
  if (!spec.metrics?.length) spec.metrics = defaultMetrics()
  if (!spec.behavior) return
  spec.behavior.scaleUp = { ...scaleUp(), ...spec.behavior.scaleUp }
  spec.behavior.scaleDown = { ...scaleDown(), ...spec.behavior.scaleDown }
}

const scaleUp = (): HPAScalingRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS },
    { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
  ],
})

const scaleDown = (): HPAScalingRules => ({
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }],
})
