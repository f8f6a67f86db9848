/**
 * The kinds of metrics.k8s.io: what nodes and pods use. They are answered and not kept, by a server that knows the agents
 * of nodes; in Kubernetes by metrics-server, over an APIService. Source: k8s.io/metrics pkg/apis/metrics/v1beta1.
 */
import { type Column, NAME_COLUMN } from '../../columns.ts'
import type { Kind } from '../../kind.ts'
import type { KubeObject } from '../../object.ts'
import { noReferences, type Schema } from '../../schema/schema.ts'

/** Amounts by name: `cpu`, `memory`. */
export interface ResourceUsage {
  readonly cpu: string
  readonly memory: string
}

/** What a node used, in the window of time before a moment. */
export interface NodeMetrics extends KubeObject {
  timestamp: string
  window: string
  usage: ResourceUsage
}

/** What the containers of a pod used, in the window of time before a moment. */
export interface PodMetrics extends KubeObject {
  timestamp: string
  window: string
  containers: { readonly name: string; readonly usage: ResourceUsage }[]
}

const TEXT: Schema = { type: 'string' }
const USAGE: Schema = { type: 'object', additionalProperties: TEXT }
const CONTAINERS: Schema = {
  type: 'array',
  items: { type: 'object', properties: { name: TEXT, usage: USAGE }, required: ['name', 'usage'] },
}
const METADATA: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const schema = (own: Readonly<Record<string, Schema>>) => () => ({
  root: {
    type: 'object' as const,
    properties: { apiVersion: TEXT, kind: TEXT, metadata: METADATA, timestamp: TEXT, window: TEXT, ...own },
  },
  source: noReferences,
})

const text = (name: string, description: string, cell: (object: KubeObject) => string): Column => ({
  name,
  type: 'string',
  description,
  priority: 0,
  cell,
})

const WINDOW = text('Window', 'How long before its timestamp the usage was measured.', (object) =>
  'window' in object ? String(object.window) : '',
)

const metricsKind = (
  kind: string,
  plural: string,
  scope: Kind['scope'],
  own: Readonly<Record<string, Schema>>,
): Kind => ({
  group: 'metrics.k8s.io',
  kind,
  listKind: `${kind}List`,
  plural,
  singular: '',
  shortNames: [],
  categories: [],
  scope,
  versions: [{ name: 'v1beta1', served: true, schema: schema(own), columns: [NAME_COLUMN, WINDOW], subresources: {} }],
  storedAs: 'v1beta1',
  verbs: ['get', 'list'],
  rules: { generation: 'none' },
})

/** In the order of discovery. */
export const metricsKinds: readonly Kind[] = [
  metricsKind('NodeMetrics', 'nodes', 'Cluster', { usage: USAGE }),
  metricsKind('PodMetrics', 'pods', 'Namespaced', { containers: CONTAINERS }),
]
