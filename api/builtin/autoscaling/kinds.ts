/** The kinds of autoscaling. */
import type { Kind } from '../../kind.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

/** In the order of discovery. Scale is the view of other kinds, and none of its own. */
export const autoscalingKinds: readonly Kind[] = [horizontalPodAutoscaler]
