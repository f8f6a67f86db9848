/**
 * What a client reads first: which groups, versions and resources there are.
 * Source: meta/v1 APIVersions, APIGroupList, APIResourceList; apidiscovery.k8s.io/v2 APIGroupDiscoveryList.
 */
import { hash } from 'node:crypto'
import type { OwnSubresource } from '@muster/api/kind.ts'
import { apiVersionOf, type JsonObject } from '@muster/api/object.ts'
import { ALL_VERBS, type ClusterResources, type Served, type ServedGroup } from '../registry/registry.ts'

/** `/api`: the versions of the core group. `serverAddress` is where this answer came from. */
export const coreVersions = (serverAddress: string) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
})

/** `/apis`: every named group. */
export const groupList = (resources: ClusterResources) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: resources
    .groups()
    .filter(({ name }) => name !== '')
    .map(groupView),
})

/** `/apis/GROUP`. Undefined when the group is not served. */
export function group(resources: ClusterResources, name: string): JsonObject | undefined {
  const found = resources.groups().find((served) => served.name === name)
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupView(found) }
}

function groupView({ name, versions }: ServedGroup): JsonObject {
  const views = versions.map((version) => ({
    groupVersion: apiVersionOf({ group: name, version: version.name }),
    version: version.name,
  }))
  return { name, versions: views, preferredVersion: views[0] ?? null }
}

/** `/api/v1` and `/apis/GROUP/VERSION`. Undefined when that is not served. */
export function resourceList(resources: ClusterResources, groupName: string, version: string): JsonObject | undefined {
  const found = resources
    .groups()
    .find(({ name }) => name === groupName)
    ?.versions.find(({ name }) => name === version)
  if (!found) return undefined
  return {
    kind: 'APIResourceList',
    ...(groupName === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group: groupName, version }),
    resources: found.resources.flatMap(resourceViews),
  }
}

function resourceViews(served: Served): JsonObject[] {
  const { kind } = served
  const common = { namespaced: kind.scope === 'Namespaced' }
  return [
    {
      name: kind.plural,
      singularName: kind.singular,
      ...common,
      kind: kind.kind,
      verbs: verbsOf(served),
      ...(kind.shortNames.length > 0 ? { shortNames: [...kind.shortNames] } : {}),
      ...(kind.categories.length > 0 ? { categories: [...kind.categories] } : {}),
      ...(isKept(served) ? { storageVersionHash: storageVersionHash(served) } : {}),
    },
    ...subresourcesOf(served).map(({ name, kind: below, group: ofGroup, version, verbs }) => ({
      name: `${kind.plural}/${name}`,
      singularName: '',
      ...common,
      ...(ofGroup === kind.group && version === served.version.name ? {} : { group: ofGroup, version }),
      kind: below,
      verbs: [...verbs],
    })),
  ]
}

/** Everything below an object, in the order of names; of a custom resource, in that of Kubernetes' server of them. */
function subresourcesOf({ kind, version, builtIn }: Served) {
  const { status, scale, others = [] } = version.subresources
  const own = { kind: kind.kind, group: kind.group, version: version.name }
  const all = [
    ...(status ? [{ name: 'status', ...own, verbs: ['get', 'patch', 'update'] }] : []),
    ...(scale
      ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }]
      : []),
    ...others.map((other) => ({ ...own, ...other, verbs: verbsBelow(other) })),
  ]
  return builtIn ? all.sort((one, other) => (one.name < other.name ? -1 : 1)) : all
}

/** What a connection is called by the methods that may open it: any for a proxy, two for a stream. */
function verbsBelow({ name, verbs }: OwnSubresource): string[] {
  const connect = name === 'proxy' ? ['create', 'delete', 'get', 'patch', 'update'] : ['create', 'get']
  return verbs.flatMap((verb) => (verb === 'connect' ? connect : [verb])).sort()
}

/** Those of custom resources come in the order in which Kubernetes' own server of them has them. */
const verbsOf = ({ kind, builtIn }: Served): string[] =>
  builtIn ? [...(kind.verbs ?? ALL_VERBS)].sort() : [...CUSTOM_VERBS]

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const

/** Reviews are answered and forgotten, and ComponentStatus is made up; everything else can be watched. */
const isKept = ({ kind }: Served): boolean => kind.verbs === undefined || kind.verbs.includes('watch')

/** Changes when the stored form does. Source: apiserver pkg/endpoints/discovery/storageversionhash.go. */
function storageVersionHash({ kind }: Served): string {
  const group = kind.storage?.group ?? kind.group
  return hash('sha256', `${group}/${kind.storedAs}/${kind.kind}`, 'buffer').subarray(0, 8).toString('base64')
}

/** The whole of discovery in one document, for `as=APIGroupDiscoveryList`. `core` asks for /api, otherwise /apis. */
export function aggregated(resources: ClusterResources, core: boolean): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: resources
      .groups()
      .filter(({ name }) => (name === '') === core)
      .map(({ name, versions }) => ({
        metadata: name === '' ? {} : { name },
        versions: versions.map((served) => ({
          version: served.name,
          resources: served.resources.map(aggregatedResource),
          freshness: 'Current',
        })),
      })),
  }
}

function aggregatedResource(served: Served): JsonObject {
  const { kind, version } = served
  // What is of the same group and version is not said again.
  const responseKind = (of: { group: string; version: string; kind: string }) =>
    of.group === kind.group && of.version === version.name
      ? { group: '', version: '', kind: of.kind }
      : { group: of.group, version: of.version, kind: of.kind }
  const below = subresourcesOf(served).map((sub) => ({
    subresource: sub.name,
    responseKind: responseKind({ group: sub.group, version: sub.version, kind: sub.kind }),
    verbs: [...sub.verbs],
  }))
  return {
    resource: kind.plural,
    responseKind: responseKind({ group: kind.group, version: version.name, kind: kind.kind }),
    scope: kind.scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: verbsOf(served),
    ...(kind.shortNames.length > 0 ? { shortNames: [...kind.shortNames] } : {}),
    ...(kind.categories.length > 0 ? { categories: [...kind.categories] } : {}),
    ...(below.length > 0 ? { subresources: below } : {}),
  }
}
