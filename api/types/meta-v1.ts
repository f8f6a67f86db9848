/** The types of meta-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { JsonObject } from '../object.ts'

/** Quantity is a fixed-point representation of a number. */
export type Quantity = string | number

/** APIGroup contains the name, the supported versions, and the preferred version of a group. */
export interface APIGroup {
  apiVersion: 'v1'
  kind: 'APIGroup'
  name: string
  preferredVersion?: GroupVersionForDiscovery
  serverAddressByClientCIDRs?: ServerAddressByClientCIDR[]
  versions: GroupVersionForDiscovery[]
}

/** APIGroupList is a list of APIGroup, to allow clients to discover the API at /apis. */
export interface APIGroupList {
  apiVersion: 'v1'
  groups: APIGroup[]
  kind: 'APIGroupList'
}

/** APIResource specifies the name of a resource and whether it is namespaced. */
export interface APIResource {
  categories?: string[]
  group?: string
  kind: string
  name: string
  namespaced: boolean
  shortNames?: string[]
  singularName: string
  storageVersionHash?: string
  verbs: string[]
  version?: string
}

/** APIResourceList is a list of APIResource, it is used to expose the name of the resources supported in a specific group and version, and if the resource is namespaced. */
export interface APIResourceList {
  apiVersion: 'v1'
  groupVersion: string
  kind: 'APIResourceList'
  resources: APIResource[]
}

/** APIVersions lists the versions that are available, to allow clients to discover the API at /api, which is the root path of the legacy v1 API. */
export interface APIVersions {
  apiVersion: 'v1'
  kind: 'APIVersions'
  serverAddressByClientCIDRs: ServerAddressByClientCIDR[]
  versions: string[]
}

/** Condition contains details for one aspect of the current state of this API Resource. */
export interface Condition {
  lastTransitionTime: Time
  message: string
  observedGeneration?: number
  reason: string
  status: string
  type: string
}

/** DeleteOptions may be provided when deleting an API object. */
export interface DeleteOptions {
  apiVersion?: string
  dryRun?: string[]
  gracePeriodSeconds?: number
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean
  kind?: string
  orphanDependents?: boolean
  preconditions?: Preconditions
  propagationPolicy?: string
}

/** FieldSelectorRequirement is a selector that contains values, a key, and an operator that relates the key and values. */
export interface FieldSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

/** GroupVersion contains the "group/version" and "version" string of a version. */
export interface GroupVersionForDiscovery {
  groupVersion: string
  version: string
}

/** A label selector is a label query over a set of resources. */
export interface LabelSelector {
  matchExpressions?: LabelSelectorRequirement[]
  matchLabels?: Record<string, string>
}

/** A label selector requirement is a selector that contains values, a key, and an operator that relates the key and values. */
export interface LabelSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

/** ListMeta describes metadata that synthetic resources must have, including lists and various status objects. */
export interface ListMeta {
  continue?: string
  remainingItemCount?: number
  resourceVersion?: string
  selfLink?: string
  shardInfo?: ShardInfo
}

/** MicroTime is version of Time with microsecond level precision. */
export type MicroTime = string

/** Patch is provided to give a concrete name and type to the Kubernetes PATCH request body. */
export type Patch = Record<string, unknown>

/** Preconditions must be fulfilled before an operation (update, delete, etc.) is carried out. */
export interface Preconditions {
  resourceVersion?: string
  uid?: string
}

/** ServerAddressByClientCIDR helps the client to determine the server address that they should use, depending on the clientCIDR that they match. */
export interface ServerAddressByClientCIDR {
  clientCIDR: string
  serverAddress: string
}

/** ShardInfo describes the shard selector that was applied to produce a list response. */
export interface ShardInfo {
  selector: string
}

/** Status is a return value for calls that don't return other objects. */
export interface Status {
  apiVersion: 'v1'
  code?: number
  details?: StatusDetails
  kind: 'Status'
  message?: string
  metadata?: ListMeta
  reason?: string
  status?: string
}

/** StatusCause provides more information about an api.Status failure, including cases when multiple errors are encountered. */
export interface StatusCause {
  field?: string
  message?: string
  reason?: string
}

/** StatusDetails is a set of additional properties that MAY be set by the server to provide additional information about a response. */
export interface StatusDetails {
  causes?: StatusCause[]
  group?: string
  kind?: string
  name?: string
  retryAfterSeconds?: number
  uid?: string
}

/** Time is a wrapper around time.Time which supports correct marshaling to YAML and JSON. Wrappers are provided for many of the factory methods that the time package offers. */
export type Time = string

/** Event represents a single event to a watched resource. */
export interface WatchEvent {
  object: JsonObject
  type: string
}

/** IntOrString is a type that can hold an int32 or a string. */
export type IntOrString = string | number

/** Info contains versioning information. */
export interface Info {
  buildDate: string
  compiler: string
  emulationMajor?: string
  emulationMinor?: string
  gitCommit: string
  gitTreeState: string
  gitVersion: string
  goVersion: string
  major: string
  minCompatibilityMajor?: string
  minCompatibilityMinor?: string
  minor: string
  platform: string
}
