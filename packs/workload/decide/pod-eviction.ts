/**
 * When a pod leaves a node for the taints of the node: at once, after as long as it tolerates them, or never. Pure.
 *
 * The time counts from when the taint was put on, which the taint says, or from when the pod came, if that was later: so a
 * controller that starts anew gives no pod more time than it asked for, and a pod that tolerates a taint for a while may
 * come to a node that has had it for longer. Source: kubernetes pkg/controller/tainteviction.
 */
import { toleratesTaint } from '@muster/api/scheduling/tolerations.ts'
import { readTime } from '@muster/api/time.ts'
import type { Node, Pod, Taint } from '@muster/api/types/core-v1.ts'
import { add, type Instant, instant, seconds } from '@muster/base/clock.ts'

/** The moment at which it is to leave; undefined for never. `now`, for a taint that does not say since when: when it was seen first. */
export function leavesAt(pod: Pod, node: Node, now: Instant): Instant | undefined {
  const { spec } = pod
  const came = cameAt(pod)
  const moments = (node.spec?.taints ?? [])
    .filter(({ effect }) => effect === 'NoExecute')
    .flatMap((taint) => {
      const since = Math.max(addedAt(taint, now), came) as Instant
      const own = (spec?.tolerations ?? []).filter((toleration) => toleratesTaint([toleration], taint))
      if (own.length === 0) return [since]
      const limits = own.flatMap(({ tolerationSeconds }) =>
        tolerationSeconds === undefined ? [] : [tolerationSeconds],
      )
      return limits.length === 0 ? [] : [add(since, seconds(Math.max(0, Math.min(...limits))))]
    })
  return moments.length === 0 ? undefined : (Math.min(...moments) as Instant)
}

/** When it was bound to its node; the beginning of time, where nothing says so. */
function cameAt({ status, metadata }: Pod): Instant {
  const bound = status?.conditions?.find(({ type, status: says }) => type === 'PodScheduled' && says === 'True')
  const reading = readTime(String(bound?.lastTransitionTime ?? metadata.creationTimestamp ?? ''))
  return reading.read ? reading.at : instant(0)
}

function addedAt({ timeAdded = '' }: Taint, now: Instant): Instant {
  const reading = readTime(timeAdded)
  return reading.read ? reading.at : now
}
