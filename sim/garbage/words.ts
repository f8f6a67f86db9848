/** What this story is about: boxes in namespaces, realms in none, who belong to each other in every way there is. */
import { configMap } from '@muster/api/builtin/core/config-map.ts'
import { node } from '@muster/api/builtin/core/node.ts'
import type { KubeObject, ObjectMeta, OwnerReference } from '@muster/api/object.ts'
import { createRegistry } from '@muster/server/registry/registry.ts'
import type { ObjectKey } from '@muster/server/storage/key.ts'

/** One logical cluster suffices: uids of another are never looked for. */
const CLUSTER = 'main'
/** Where boxes are. */
export const NAMESPACES: readonly [string, string] = ['shop', 'bank']
/** Names of boxes and of realms: so few that one comes under the name of another that went. */
export const NAMES: readonly [string, ...string[]] = ['a', 'b', 'c', 'd', 'e', 'f']
/** A finalizer that clients set now and then, and take out again. */
export const HOLD = 'test/hold'

/** What is served here: config maps, called boxes, and nodes, called realms. */
export const registry = createRegistry([configMap, node])

/** A box of a namespace, or a realm. */
export type Place = { readonly namespace: string; readonly name: string }

/** Where a box or a realm is kept. */
export const keyOf = ({ namespace, name }: Place): ObjectKey => ({
  group: '',
  resource: namespace === '' ? 'nodes' : 'configmaps',
  cluster: CLUSTER,
  namespace,
  name,
})

/** A new box or realm. Its uid is that of the write that made it. */
export const make = ({ namespace, name }: Place, uid: string, more: Partial<ObjectMeta>): KubeObject => ({
  apiVersion: 'v1',
  kind: namespace === '' ? 'Node' : 'ConfigMap',
  metadata: { name, ...(namespace === '' ? {} : { namespace }), uid, ...more },
})

/** A reference to an object, as a client writes it. */
export const referenceTo = (place: Place, uid: string, blockOwnerDeletion: boolean): OwnerReference => ({
  apiVersion: 'v1',
  kind: place.namespace === '' ? 'Node' : 'ConfigMap',
  name: place.name,
  uid,
  blockOwnerDeletion,
})
