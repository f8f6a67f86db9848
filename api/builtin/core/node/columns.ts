/** The table of nodes. Source: kubernetes pkg/printers/internalversion printNode. */
import type { Column } from '../../../columns.ts'
import { NAME_COLUMN } from '../../../columns.ts'
import type { Node } from '../../../types/core-v1.ts'
import { AGE_COLUMN, column } from '../../columns.ts'

const WIDE = { priority: 1 }

/** What `kubectl get nodes` shows. */
export const nodeColumns: readonly Column<Node>[] = [
  NAME_COLUMN,
  column('Status', 'The status of the node', ({ spec, status }) => {
    const ready = status?.conditions?.findLast(({ type }) => type === 'Ready')
    const health = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'
    return spec?.unschedulable ? `${health},SchedulingDisabled` : health
  }),
  column('Roles', 'The roles of the node', (node) => rolesOf(node).join(',') || '<none>'),
  AGE_COLUMN,
  column('Version', 'Kubelet Version reported by the node.', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  column(
    'Internal-IP',
    "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
    (node) => addressOf(node, 'InternalIP'),
    WIDE,
  ),
  column(
    'External-IP',
    "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
    (node) => addressOf(node, 'ExternalIP'),
    WIDE,
  ),
  column(
    'OS-Image',
    'OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy)).',
    ({ status }) => status?.nodeInfo?.osImage || '<unknown>',
    WIDE,
  ),
  column(
    'Kernel-Version',
    "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64).",
    ({ status }) => {
      const { kernelVersion, architecture } = status?.nodeInfo ?? {}
      return `${kernelVersion || '<unknown>'}${architecture ? ` (${architecture})` : ''}`
    },
    WIDE,
  ),
  column(
    'Container-Runtime',
    'ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).',
    ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
    WIDE,
  ),
]

const ROLE_PREFIX = 'node-role.kubernetes.io/'
const ROLE_LABEL = 'kubernetes.io/role'

function rolesOf({ metadata }: Node): string[] {
  const roles = Object.entries(metadata.labels ?? {}).map(([label, value]) => {
    if (label.startsWith(ROLE_PREFIX)) return label.slice(ROLE_PREFIX.length)
    return label === ROLE_LABEL ? value : ''
  })
  return [...new Set(roles.filter(Boolean))].sort()
}

const addressOf = ({ status }: Node, wanted: string): string =>
  status?.addresses?.find(({ type }) => type === wanted)?.address ?? '<none>'
