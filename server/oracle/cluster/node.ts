/** The nodes of scenarios as the API has them. */
import type { JsonObject } from '../case.ts'
import type { NodeDraft } from './scenario.ts'

/** What it has for pods. */
export const resourcesOf = ({ cpu = '4', memory = '8Gi' }: NodeDraft) => ({ cpu, memory, pods: '110' })

/** Labels that every kubelet gives its node, and the draft's. */
export const labelsOf = ({ name, labels }: NodeDraft): Record<string, string> => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'beta.kubernetes.io/arch': 'amd64',
  ...labels,
})

/** As it is made first, before its machine has said anything. */
export const nodeObject = (draft: NodeDraft): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: draft.name, labels: labelsOf(draft) },
  spec: draft.taints ? { taints: draft.taints } : {},
  status: { capacity: resourcesOf(draft), allocatable: resourcesOf(draft) },
})
