/** What every resource carries: its type, its metadata, and whatever its kind adds. */

/** What JSON can say. `undefined` never appears in a value that was parsed. */
export type Json = null | boolean | number | string | Json[] | JsonObject

/** A JSON object, as it is parsed: field order is kept and means nothing. */
export interface JsonObject {
  [field: string]: Json
}

/** Names the object that this one belongs to. Source: Kubernetes meta/v1 OwnerReference. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  /** The owner that manages it; at most one reference says true. */
  controller?: boolean
  /** Foreground deletion of the owner waits for this object. */
  blockOwnerDeletion?: boolean
}

/** Which fields one manager set, by one kind of write. Source: Kubernetes meta/v1 ManagedFieldsEntry. */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: JsonObject
  subresource?: string
}

/** Source: Kubernetes meta/v1 ObjectMeta. Times are RFC 3339 in UTC with whole seconds. */
export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  selfLink?: string
  uid?: string
  /** Decimal. Larger is newer within one server; clients compare for equality only. */
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: ManagedFieldsEntry[]
}

/** Any resource, as it travels in JSON. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** Group and version as `apiVersion` says them; the group is empty for the core: `v1`, `apps/v1`. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
}

/** `v1` for the core, `group/version` for every other. */
export const apiVersionOf = ({ group, version }: GroupVersion): string =>
  group === '' ? version : `${group}/${version}`

/** The inverse of {@link apiVersionOf}; undefined when there is more than one slash or no version. */
export function parseApiVersion(apiVersion: string): GroupVersion | undefined {
  const parts = apiVersion.split('/')
  if (parts.length > 2) return undefined
  const [group, version] = parts.length === 2 ? parts : ['', parts[0]]
  return version ? { group: group ?? '', version } : undefined
}
