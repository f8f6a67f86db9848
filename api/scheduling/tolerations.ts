/** Which taints a pod bears. Source: kubernetes core/v1 Toleration.ToleratesTaint, component-helpers scheduling/corev1. */
import type { Taint, Toleration } from '../types/core-v1.ts'

/** True when one of the tolerations bears the taint. */
export const toleratesTaint = (tolerations: readonly Toleration[] = [], taint: Taint): boolean =>
  tolerations.some((toleration) => bears(toleration, taint))

/** The first taint with one of these effects that no toleration bears. */
export const findUntoleratedTaint = (
  taints: readonly Taint[] = [],
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined => taints.find((taint) => effects.includes(taint.effect) && !toleratesTaint(tolerations, taint))

function bears({ key = '', effect = '', operator = '', value = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  switch (operator) {
    case '':
    case 'Equal':
      return value === (taint.value ?? '')
    case 'Exists':
      return true
    default:
      // Lt and Gt are behind a gate that is off in v1.36.
      return false
  }
}
