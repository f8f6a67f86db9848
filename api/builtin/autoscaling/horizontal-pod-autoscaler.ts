/** How many replicas something should have, as it is used. */
import type { HorizontalPodAutoscaler } from '../../types/autoscaling-v2.ts'
import { builtIn } from '../built-in.ts'
import { autoscalerColumns, autoscalerColumnsOfV1 } from './horizontal-pod-autoscaler/columns.ts'
import { defaultV1, fromV2, ROUND_TRIP_ANNOTATIONS, toV2 } from './horizontal-pod-autoscaler/convert.ts'
import { defaultAutoscaler } from './horizontal-pod-autoscaler/defaults.ts'
import { validateAutoscaler, validateAutoscalerStatus } from './horizontal-pod-autoscaler/validate.ts'

/** HorizontalPodAutoscaler. Source: kubernetes pkg/registry/autoscaling/horizontalpodautoscaler, pkg/apis/autoscaling. */
export const horizontalPodAutoscaler = builtIn<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  versions: [
    { name: 'v2', default: defaultAutoscaler, columns: autoscalerColumns, subresources: { status: true } },
    {
      name: 'v1',
      default: defaultV1,
      columns: autoscalerColumnsOfV1,
      convertedAnnotations: ROUND_TRIP_ANNOTATIONS,
      subresources: { status: true },
      convert: { toStored: toV2, fromStored: fromV2 },
    },
  ],
  rules: {
    generation: 'none',
    validate: (autoscaler, { subresource, old }) =>
      subresource === 'status'
        ? validateAutoscalerStatus(autoscaler)
        : validateAutoscaler(autoscaler, old as HorizontalPodAutoscaler | undefined),
  },
})
