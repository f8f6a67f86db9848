/** What this story is about: pods that come, change colour and node, and go, in namespaces that open and close. */
import type { KubeObject } from '@muster/api/object.ts'
import { formatKey, nameOf, namespaceOf, type ObjectKey, parseKey, type Scope } from '@muster/server/storage/key.ts'
import type { Attributes, Selection } from '@muster/server/storage/selection.ts'

/** Logical clusters and namespaces. */
export const CLUSTERS: readonly [string, string] = ['main', 'other']
/** Namespaces that pods live in. */
export const NAMESPACES: readonly [string, string] = ['shop', 'bank']
/** Names of pods: so few that their writers meet. */
export const POD_NAMES: readonly [string, ...string[]] = ['p0', 'p1', 'p2', 'p3', 'p4']
/** Colours and nodes of pods. */
export const COLORS: readonly [string, string] = ['red', 'blue']
/** Nodes that pods are on. */
export const NODES: readonly [string, string, string] = ['', 'n1', 'n2']

const PODS = { group: '', resource: 'pods' } as const

/** The account of a namespace counts the writes to its pods; it is a pod itself, and changes in their commits. */
export const ACCOUNT = 'account'

/** The key of a pod. */
export const podKey = (cluster: string, namespace: string, name: string): ObjectKey => ({
  ...PODS,
  cluster,
  namespace,
  name,
})

/** The key of the object that says whether a namespace is open. */
export const namespaceKey = (cluster: string, name: string): ObjectKey => ({
  group: '',
  resource: 'namespaces',
  cluster,
  namespace: '',
  name,
})

/** A pod as a writer makes it. `by` names the write; `count` is one more than that of the version before. */
export const pod = (name: string, by: string, look: Look, count = 1): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { by, color: look.color } },
  spec: { nodeName: look.nodeName },
  count,
})

/** What selectors tell pods apart by. */
export interface Look {
  readonly color: string
  readonly nodeName: string
}

/** How often an object was written; 0 for one that is not there. */
export const countOf = (object: KubeObject | undefined): number => Number(object?.count ?? 0)

/** An account that stands at a count. */
export const account = (count: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: ACCOUNT, labels: {} },
  count,
})

/** A namespace that is open or not. */
export const namespace = (name: string, by: string, isOpen: boolean): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { by } },
  isOpen,
})

/** What selectors may ask of an object here. */
export function attributesOf({ metadata, spec }: KubeObject): Attributes {
  const nodeName = typeof spec === 'object' && spec !== null && 'nodeName' in spec ? String(spec.nodeName) : ''
  return { labels: metadata.labels ?? {}, fields: { 'metadata.name': metadata.name ?? '', 'spec.nodeName': nodeName } }
}

/** Something that can be listed and watched; and the same said a second time, for the audit. */
export interface View {
  readonly name: string
  readonly scope: Scope
  readonly selection?: Selection
  readonly sees: (key: string, object: KubeObject) => boolean
}

const isPod = (key: string) => parseKey(key)?.resource === 'pods'

/** Every way to look that there is an index for, and some that there is none for. */
export const VIEWS: readonly [View, ...View[]] = [
  { name: 'all', scope: PODS, sees: isPod },
  { name: 'cluster', scope: { ...PODS, cluster: 'main' }, sees: (key) => key.startsWith('core/pods/main/') },
  {
    name: 'namespace',
    scope: { ...PODS, cluster: 'main', namespace: 'shop' },
    sees: (key) => key.startsWith('core/pods/main/shop/'),
  },
  {
    name: 'namespace over all clusters',
    scope: { ...PODS, namespace: 'bank' },
    sees: (key) => isPod(key) && namespaceOf(key) === 'bank',
  },
  {
    name: 'red ones',
    scope: { ...PODS, cluster: 'main' },
    selection: { key: 'color=red', matches: ({ labels }) => labels.color === 'red', exact: {} },
    sees: (key, { metadata }) => key.startsWith('core/pods/main/') && metadata.labels?.color === 'red',
  },
  {
    name: 'one node',
    scope: PODS,
    selection: {
      key: 'spec.nodeName=n1',
      matches: ({ fields }) => fields['spec.nodeName'] === 'n1',
      exact: { 'spec.nodeName': 'n1' },
    },
    sees: (key, { spec }) => isPod(key) && JSON.stringify(spec) === '{"nodeName":"n1"}',
  },
  {
    name: 'one name',
    scope: { ...PODS, cluster: 'main' },
    selection: {
      key: 'metadata.name=p1',
      matches: ({ fields }) => fields['metadata.name'] === 'p1',
      exact: { 'metadata.name': 'p1' },
    },
    sees: (key) => key.startsWith('core/pods/main/') && nameOf(key) === 'p1',
  },
]

/** Every namespace of every logical cluster. */
export const PLACES: readonly (readonly [string, string])[] = CLUSTERS.flatMap((cluster) =>
  NAMESPACES.map((name) => [cluster, name] as const),
)

/** The text of the key of a namespace's object. */
export const namespaceKeyOf = (podKeyText: string): string => {
  const { cluster = '', namespace: name = '' } = parseKey(podKeyText) ?? {}
  return formatKey(namespaceKey(cluster, name))
}
