/**
 * Which pods nobody will ever end, and which of those that have ended are too many. Pure.
 *
 *     going, on no node                              ended by nobody
 *     going, its node out of service and not ready   its node will not answer
 *     on a node that is gone, for a while            as above
 *
 * Source: kubernetes pkg/controller/podgc.
 */
import type { Node, Pod } from '@muster/api/types/core-v1.ts'

/** Pods that have ended are kept up to so many in a cluster. Source: kube-controller-manager --terminated-pod-gc-threshold. */
export const ENDED_PODS_MAX = 12_500

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

/** What is to become of a pod. */
export type Fate = 'stays' | 'goes' | 'is orphaned'

/** Its fate, by the node that it is on, as far as that is known. */
export function fateOf({ metadata, spec }: Pod, node: Node | undefined): Fate {
  const isGoing = metadata.deletionTimestamp !== undefined
  if (!spec?.nodeName) return isGoing ? 'goes' : 'stays'
  if (!node) return 'is orphaned'
  return isGoing && isOutOfService(node) ? 'goes' : 'stays'
}

/** True when somebody said that a node is shut down, and it does not say otherwise. */
export const isOutOfService = ({ spec, status }: Node): boolean =>
  (spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE) &&
  !(status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True')

/** Those beyond the number that is kept: first evicted ones, which nobody waits for, then the oldest. */
export function surplusPods(ended: readonly Pod[], max: number): Pod[] {
  if (ended.length <= max) return []
  return ended
    .toSorted(
      (one, other) =>
        Number(isEvicted(other)) - Number(isEvicted(one)) ||
        compare(one.metadata.creationTimestamp ?? '', other.metadata.creationTimestamp ?? '') ||
        compare(one.metadata.name, other.metadata.name),
    )
    .slice(0, ended.length - max)
}

/** True when a node sent it away. */
const isEvicted = (pod: Pod): boolean => pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted'

const compare = (one = '', other = ''): number => (one < other ? -1 : one > other ? 1 : 0)
