/** What can be reached below a pod. Source: kubernetes pkg/registry/core/pod/storage. */
import type { Subresources } from '../../../kind.ts'

const OF_POD = { kind: 'Pod', verbs: ['get', 'patch', 'update'] } as const
const CONNECTED = ['connect'] as const

/** A kubelet answers `attach`, `exec`, `log`, `portforward` and `proxy`; the server itself the others. */
export const podSubresources: Subresources = {
  status: true,
  others: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: CONNECTED },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', ...OF_POD },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: CONNECTED },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: CONNECTED },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: CONNECTED },
    { name: 'resize', ...OF_POD },
  ],
}
