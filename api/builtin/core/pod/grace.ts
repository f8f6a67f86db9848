/** How long a pod has to end. Source: kubernetes pkg/registry/core/pod CheckGracefulDelete. */
import type { Pod } from '../../../types/core-v1.ts'

/** Seconds of grace: what was asked, or what the pod says. None for a pod that no node runs, or that has ended. */
export function graceOfPod({ spec, status }: Pod, asked: number | undefined): number {
  const wanted = asked ?? spec?.terminationGracePeriodSeconds ?? 0
  const runsNowhere = !spec?.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded'
  if (runsNowhere) return 0
  return wanted < 0 ? 1 : wanted
}
