/** A machine that runs pods. */
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { Node, NodeSpec } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { nodeColumns } from './node/columns.ts'
import { validateNode, validateNodeChange, warnOfNode } from './node/validate.ts'
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
    createsStatus: true,
    prepareForCreate: dropConfiguration,
    prepareForUpdate: dropConfiguration,
    validate: (object, { subresource }) =>
      subresource === 'status'
        ? []
        : [...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'), ...validateNode(object)],
    validateUpdate: validateNodeChange,
    warnings: warnOfNode,
    selectableFields: ['spec.unschedulable'],
    fieldOf: ({ spec }) => String(spec?.unschedulable ?? false),
  },
})

/** All of a node is there for pods, as long as it does not say that less is. */
function defaultNode({ spec, status }: Node): void {
  if (spec) alignRanges(spec)
  if (!status) return
  if (status.capacity && !status.allocatable) status.allocatable = { ...status.capacity }
  roundResources(status.capacity)
  roundResources(status.allocatable)
}

/** The first range has a field of its own, which counts. */
function alignRanges(spec: NodeSpec): void {
  const [first] = spec.podCIDRs ?? []
  if (spec.podCIDR && spec.podCIDR !== first) spec.podCIDRs = [spec.podCIDR]
  else if (first) spec.podCIDR = first
}

/** Configuration from a ConfigMap was once tried, and is gone. What a node declares of itself is not yet asked for. */
function dropConfiguration({ spec, status }: Node): void {
  delete spec?.configSource
  delete status?.config
}
