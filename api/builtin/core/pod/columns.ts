/** The table of pods. Source: kubernetes pkg/printers/internalversion printPod. */
import { type Column, NAME_COLUMN, type RowCondition } from '../../../columns.ts'
import type { Pod } from '../../../types/core-v1.ts'
import { AGE_COLUMN, column, since } from '../../columns.ts'
import { WIDE } from '../pod-spec/columns.ts'
import { summaryOf } from './summary.ts'

/** What `kubectl get pods` shows. */
export const podColumns: readonly Column<Pod>[] = [
  NAME_COLUMN,
  column('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (pod) => {
    const { ready, containers } = summaryOf(pod)
    return `${ready}/${containers}`
  }),
  column('Status', 'The aggregate status of the containers in this pod.', (pod) => summaryOf(pod).reason),
  column(
    'Restarts',
    'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    (pod, now) => {
      const { restarts, lastRestart } = summaryOf(pod)
      return restarts > 0 && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
    },
  ),
  AGE_COLUMN,
  column(
    'IP',
    'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.',
    ({ status }) => status?.podIPs?.[0]?.ip || '<none>',
    WIDE,
  ),
  column(
    'Node',
    'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
    ({ spec }) => spec?.nodeName || '<none>',
    WIDE,
  ),
  column(
    'Nominated Node',
    'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
    ({ status }) => status?.nominatedNodeName || '<none>',
    WIDE,
  ),
  column(
    'Readiness Gates',
    'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
    sayGates,
    WIDE,
  ),
]

/** A pod that is done may be left out of what people look at. Source: printers.go podSuccessConditions, podFailedConditions. */
export function podRowConditions({ status }: Pod): readonly RowCondition[] {
  if (status?.phase === 'Succeeded') return [completed('Succeeded', 'The pod has completed successfully.')]
  return status?.phase === 'Failed' ? [completed('Failed', 'The pod failed.')] : []
}

const completed = (reason: string, message: string): RowCondition => ({
  type: 'Completed',
  status: 'True',
  reason,
  message,
})

function sayGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? []
  const open = gates.filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True',
  )
  return gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`
}
