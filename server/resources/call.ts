/** One request about a resource, and everything that answering it needs. */
import type { ApiRequest } from '@muster/api/message.ts'
import type { GroupResource } from '@muster/api/status.ts'
import type { Instant } from '@muster/base/clock.ts'
import type { GroupVersionResource } from '../admission/match-rules.ts'
import type { ObjectForm } from '../admission/object-form.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { User } from '../auth/user.ts'
import type { ClusterNetwork } from '../cluster/network.ts'
import type { RequestInfo } from '../http/request-info.ts'
import type { Served } from '../registry/registry.ts'
import type { ObjectKey, Scope } from '../storage/key.ts'

/** A request that is known to be about a resource that is served, by a user who may do it. */
export interface ResourceCall {
  readonly request: ApiRequest
  readonly info: ResourceInfo
  readonly served: Served
  readonly user: User
  readonly now: Instant
  /** Of the logical cluster that it is about. */
  readonly network: ClusterNetwork
  /** Sent as Warning headers; whoever finds something adds to it. */
  readonly warnings: string[]
  /** What the audit log is told. */
  readonly trail: AuditTrail
  /** Where webhooks see something else than the object of the path: a Scale, an Eviction. */
  readonly formOf?: (resource: GroupVersionResource) => ObjectForm
  /** Why, in words, where the request is carried out as another one: a revert is an update. */
  readonly because?: string
  /** The transaction that it is a part of. */
  readonly transaction?: string
}

/** The part of {@link RequestInfo} that is about resources. */
export type ResourceInfo = Extract<RequestInfo, { readonly about: 'resource' }>

/** Where objects of the call's resource are kept: Event has two names and one place. */
export const storedResource = ({ served: { kind } }: Pick<ResourceCall, 'served'>): GroupResource =>
  kind.storage
    ? { group: kind.storage.group, resource: kind.storage.plural }
    : { group: kind.group, resource: kind.plural }

/** The resource as messages name it. */
export const saidResource = ({ served: { kind } }: Pick<ResourceCall, 'served'>): GroupResource => ({
  group: kind.group,
  resource: kind.plural,
})

/** The key of an object of the call's resource. */
export function objectKey(call: ResourceCall, name: string = call.info.name): ObjectKey {
  const { cluster } = call.info
  return { ...storedResource(call), cluster, namespace: namespaceOf(call), name }
}

/** Where the call looks: one namespace, one logical cluster, or all of them. */
export function scopeOf(call: ResourceCall): Scope {
  const { cluster, namespace } = call.info
  return {
    ...storedResource(call),
    ...(cluster === '*' ? {} : { cluster }),
    ...(call.served.kind.scope === 'Cluster' ? { namespace: '' } : namespace === '' ? {} : { namespace }),
  }
}

/** A namespace's own path names it in its namespace's place; it lives in none. */
export const namespaceOf = ({ served, info }: ResourceCall): string =>
  served.kind.scope === 'Cluster' ? '' : info.namespace
