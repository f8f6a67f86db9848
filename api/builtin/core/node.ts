/** A machine that runs pods. */
import type { Node } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { nodeColumns } from './node/columns.ts'
import { roundResources } from './resource-list.ts'

/** Node. Source: kubernetes pkg/registry/core/node. */
export const node = builtIn<Node>({
  group: '',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default: defaultNode,
      columns: nodeColumns,
      subresources: {
        status: true,
        others: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: ['connect'] }],
      },
    },
  ],
  rules: {
    generation: 'none',
    selectableFields: ['spec.unschedulable'],
    fieldOf: ({ spec }) => String(spec?.unschedulable ?? false),
  },
})

/** All of a node is there for pods, as long as it does not say that less is. */
function defaultNode({ status }: Node): void {
  if (!status) return
  if (status.capacity && !status.allocatable) status.allocatable = { ...status.capacity }
  roundResources(status.capacity)
  roundResources(status.allocatable)
}
