/**
 * Where an object is kept: `<group>/<resource>/<cluster>/<namespace>/<name>`.
 *
 *     core/pods/default/shop/web-1           a pod of namespace shop in logical cluster default
 *     core/nodes/default//node-1             a cluster-scoped object has an empty namespace
 *     rbac.authorization.k8s.io/roles/eu/shop/system:reader
 *
 * The resource comes first, so that one prefix holds it over all logical clusters; then cluster and namespace, so that
 * a list of either is one prefix too. The empty group is written `core`, which no other group can be called: those of
 * Kubernetes are known, and a CustomResourceDefinition's must hold a dot. No part holds a slash.
 */
import { goQuote } from '@muster/api/go-text.ts'
import { checkPathSegment } from '@muster/api/names.ts'
import { badRequest, type GroupResource } from '@muster/api/status.ts'

/** One object, by name. `namespace` is empty for one that is cluster-scoped. */
export interface ObjectKey extends GroupResource {
  /** The logical cluster. */
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** Where a list or a watch looks. */
export interface Scope extends GroupResource {
  /** All logical clusters when absent. */
  readonly cluster?: string
  /** All namespaces when absent; empty for a cluster-scoped resource. */
  readonly namespace?: string
}

const CORE = 'core'

/** The text of a key. Throws BadRequest when a part of it could not be a segment of a path. */
export function formatKey(key: ObjectKey): string {
  if (key.name === '') throw badRequest('Name parameter required.')
  return scopePrefix(key) + checked('Name', key.name)
}

/** The inverse of {@link formatKey}; undefined for a key of the store that is no object's. */
export function parseKey(text: string): ObjectKey | undefined {
  const [group = '', resource = '', cluster = '', namespace, name, ...more] = text.split('/')
  if (namespace === undefined || name === undefined || more.length > 0) return undefined
  if (group === '' || resource === '' || cluster === '' || name === '') return undefined
  return { group: group === CORE ? '' : group, resource, cluster, namespace, name }
}

/** What the keys of a resource start with, over all logical clusters: `apps/deployments/`. */
export const resourcePrefix = ({ group, resource }: GroupResource): string =>
  `${group === '' ? CORE : group}/${resource}/`

/** What the keys of a resource in one logical cluster start with. */
export const clusterPrefix = (resource: GroupResource, cluster: string): string =>
  `${resourcePrefix(resource)}${cluster}/`

/**
 * The longest prefix that all keys of a scope share. A namespace over all clusters has none of its own. Throws
 * BadRequest for a cluster or namespace with a slash, which would name another's.
 */
export function scopePrefix(scope: Scope): string {
  if (scope.cluster === undefined) return resourcePrefix(scope)
  const prefix = clusterPrefix(scope, checked('Cluster', scope.cluster))
  return scope.namespace === undefined ? prefix : `${prefix}${checked('Namespace', scope.namespace)}/`
}

/** The prefix of the resource that a key belongs to, without taking the key apart. */
export const resourcePrefixOf = (key: string): string => key.slice(0, key.indexOf('/', key.indexOf('/') + 1) + 1)

/** The prefix of the namespace that a key lies in: all but its name. */
export const namespacePrefixOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1)

/** The last part of a key. */
export const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

/** The namespace of a key; empty for a cluster-scoped object. */
export function namespaceOf(key: string): string {
  const end = key.lastIndexOf('/')
  return key.slice(key.lastIndexOf('/', end - 1) + 1, end)
}

/** The prefix of the logical cluster that a key lies in, resource included: all but namespace and name. */
export function clusterPrefixOf(key: string): string {
  const end = key.lastIndexOf('/', key.lastIndexOf('/') - 1)
  return key.slice(0, end + 1)
}

/** The segment itself. Source of the words: apiserver registry/generic/registry NamespaceKeyFunc. */
function checked(what: string, segment: string): string {
  const wrong = checkPathSegment(segment)
  if (wrong.length > 0) throw badRequest(`${what} parameter invalid: ${goQuote(segment)}: ${wrong.join(';')}`)
  return segment
}
