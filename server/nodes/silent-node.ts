/** What the API says of a node that nobody hears of any more. Pure. Source: kubernetes node_lifecycle_controller.go. */
import type { Node, NodeCondition } from '@muster/api/types/core-v1.ts'

const CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The node with conditions that are not known; undefined when it says so already. `now` is RFC 3339. */
export function silentNode(node: Node, now: string): Node | undefined {
  const known = node.status?.conditions ?? []
  const isSaid = CONDITIONS.every((type) => known.find((one) => one.type === type)?.status === 'Unknown')
  if (isSaid) return undefined
  const unknown = CONDITIONS.map((type): NodeCondition => {
    const before = known.find((one) => one.type === type)
    if (!before)
      return {
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
        lastTransitionTime: now,
      }
    if (before.status === 'Unknown') return before
    return {
      ...before,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: now,
    }
  })
  const others = known.filter(({ type }) => !CONDITIONS.includes(type))
  return { ...node, status: { ...node.status, conditions: [...unknown, ...others] } }
}
