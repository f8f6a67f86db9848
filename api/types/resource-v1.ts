/** The types of resource-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { JsonObject, KubeObject, ObjectMeta } from '../object.ts'
import type { NodeSelector } from './core-v1.ts'
import type { Condition, ListMeta, Quantity, Time } from './meta-v1.ts'

/** AllocatedDeviceStatus contains the status of an allocated device, if the driver chooses to report it. */
export interface AllocatedDeviceStatus {
  conditions?: Condition[]
  data?: JsonObject
  device: string
  driver: string
  networkData?: NetworkDeviceData
  pool: string
  shareID?: string
}

/** AllocationResult contains attributes of an allocated resource. */
export interface AllocationResult {
  allocationTimestamp?: Time
  devices?: DeviceAllocationResult
  nodeSelector?: NodeSelector
}

/** CELDeviceSelector contains a CEL expression for selecting a device. */
export interface CELDeviceSelector {
  expression: string
}

/** CapacityRequestPolicy defines how requests consume device capacity. */
export interface CapacityRequestPolicy {
  default?: Quantity
  validRange?: CapacityRequestPolicyRange
  validValues?: Quantity[]
}

/** CapacityRequestPolicyRange defines a valid range for consumable capacity values. */
export interface CapacityRequestPolicyRange {
  max?: Quantity
  min: Quantity
  step?: Quantity
}

/** CapacityRequirements defines the capacity requirements for a specific device request. */
export interface CapacityRequirements {
  requests?: Record<string, Quantity>
}

/** Counter describes a quantity associated with a device. */
export interface Counter {
  value: Quantity
}

/** CounterSet defines a named set of counters that are available to be used by devices defined in the ResourcePool. */
export interface CounterSet {
  counters: Record<string, Counter>
  name: string
}

/** Device represents one individual hardware instance that can be selected based on its attributes. */
export interface Device {
  allNodes?: boolean
  allowMultipleAllocations?: boolean
  attributes?: Record<string, DeviceAttribute>
  bindingConditions?: string[]
  bindingFailureConditions?: string[]
  bindsToNode?: boolean
  capacity?: Record<string, DeviceCapacity>
  consumesCounters?: DeviceCounterConsumption[]
  name: string
  nodeAllocatableResourceMappings?: Record<string, NodeAllocatableResourceMapping>
  nodeName?: string
  nodeSelector?: NodeSelector
  taints?: DeviceTaint[]
}

/** DeviceAllocationConfiguration gets embedded in an AllocationResult. */
export interface DeviceAllocationConfiguration {
  opaque?: OpaqueDeviceConfiguration
  requests?: string[]
  source: string
}

/** DeviceAllocationResult is the result of allocating devices. */
export interface DeviceAllocationResult {
  config?: DeviceAllocationConfiguration[]
  results?: DeviceRequestAllocationResult[]
}

/** DeviceAttribute must have exactly one field set. */
export interface DeviceAttribute {
  bool?: boolean
  bools?: boolean[]
  int?: number
  ints?: number[]
  string?: string
  strings?: string[]
  version?: string
  versions?: string[]
}

/** DeviceCapacity describes a quantity associated with a device. */
export interface DeviceCapacity {
  requestPolicy?: CapacityRequestPolicy
  value: Quantity
}

/** DeviceClaim defines how to request devices with a ResourceClaim. */
export interface DeviceClaim {
  config?: DeviceClaimConfiguration[]
  constraints?: DeviceConstraint[]
  requests?: DeviceRequest[]
}

/** DeviceClaimConfiguration is used for configuration parameters in DeviceClaim. */
export interface DeviceClaimConfiguration {
  opaque?: OpaqueDeviceConfiguration
  requests?: string[]
}

/** DeviceClass is a vendor- or admin-provided resource that contains device configuration and selectors. */
export interface DeviceClass extends KubeObject {
  apiVersion: 'resource.k8s.io/v1'
  kind: 'DeviceClass'
  spec: DeviceClassSpec
}

/** DeviceClassConfiguration is used in DeviceClass. */
export interface DeviceClassConfiguration {
  opaque?: OpaqueDeviceConfiguration
}

/** DeviceClassList is a collection of classes. */
export interface DeviceClassList {
  apiVersion: 'resource.k8s.io/v1'
  items: DeviceClass[]
  kind: 'DeviceClassList'
  metadata?: ListMeta
}

/** DeviceClassSpec is used in a [DeviceClass] to define what can be allocated and how to configure it. */
export interface DeviceClassSpec {
  config?: DeviceClassConfiguration[]
  extendedResourceName?: string
  selectors?: DeviceSelector[]
}

/** DeviceConstraint must have exactly one field set besides Requests. */
export interface DeviceConstraint {
  distinctAttribute?: string
  matchAttribute?: string
  requests?: string[]
}

/** DeviceCounterConsumption defines a set of counters that a device will consume from a CounterSet. */
export interface DeviceCounterConsumption {
  counterSet: string
  counters: Record<string, Counter>
}

/** DeviceRequest is a request for devices required for a claim. */
export interface DeviceRequest {
  exactly?: ExactDeviceRequest
  firstAvailable?: DeviceSubRequest[]
  name: string
}

/** DeviceRequestAllocationResult contains the allocation result for one request. */
export interface DeviceRequestAllocationResult {
  adminAccess?: boolean
  bindingConditions?: string[]
  bindingFailureConditions?: string[]
  consumedCapacity?: Record<string, Quantity>
  device: string
  driver: string
  pool: string
  request: string
  shareID?: string
  tolerations?: DeviceToleration[]
}

/** DeviceSelector must have exactly one field set. */
export interface DeviceSelector {
  cel?: CELDeviceSelector
}

/** DeviceSubRequest describes a request for device provided in the claim.spec.devices.requests[].firstAvailable array. */
export interface DeviceSubRequest {
  allocationMode?: string
  capacity?: CapacityRequirements
  count?: number
  deviceClassName: string
  name: string
  selectors?: DeviceSelector[]
  tolerations?: DeviceToleration[]
}

/** The device this taint is attached to has the "effect" on any claim which does not tolerate the taint and, through the claim, to pods using the claim. */
export interface DeviceTaint {
  effect: string
  key: string
  timeAdded?: Time
  value?: string
}

/** The ResourceClaim this DeviceToleration is attached to tolerates any taint that matches the triple <key,value,effect> using the matching operator <operator>. */
export interface DeviceToleration {
  effect?: string
  key?: string
  operator?: string
  tolerationSeconds?: number
  value?: string
}

/** ExactDeviceRequest is a request for one or more identical devices. */
export interface ExactDeviceRequest {
  adminAccess?: boolean
  allocationMode?: string
  capacity?: CapacityRequirements
  count?: number
  deviceClassName: string
  selectors?: DeviceSelector[]
  tolerations?: DeviceToleration[]
}

/** NetworkDeviceData provides network-related details for the allocated device. */
export interface NetworkDeviceData {
  hardwareAddress?: string
  interfaceName?: string
  ips?: string[]
}

/** NodeAllocatableResourceMapping defines the translation between the DRA device/capacity units requested to the corresponding quantity of the node allocatable resource. */
export interface NodeAllocatableResourceMapping {
  allocationMultiplier?: Quantity
  capacityKey?: string
}

/** OpaqueDeviceConfiguration contains configuration parameters for a driver in a format defined by the driver vendor. */
export interface OpaqueDeviceConfiguration {
  driver: string
  parameters: JsonObject
}

/** ResourceClaim describes a request for access to resources in the cluster, for use by workloads. */
export interface ResourceClaim extends KubeObject {
  apiVersion: 'resource.k8s.io/v1'
  kind: 'ResourceClaim'
  spec: ResourceClaimSpec
  status?: ResourceClaimStatus
}

/** ResourceClaimConsumerReference contains enough information to let you locate the consumer of a ResourceClaim. */
export interface ResourceClaimConsumerReference {
  apiGroup?: string
  name: string
  resource: string
  uid: string
}

/** ResourceClaimList is a collection of claims. */
export interface ResourceClaimList {
  apiVersion: 'resource.k8s.io/v1'
  items: ResourceClaim[]
  kind: 'ResourceClaimList'
  metadata?: ListMeta
}

/** ResourceClaimSpec defines what is being requested in a ResourceClaim and how to configure it. */
export interface ResourceClaimSpec {
  devices?: DeviceClaim
}

/** ResourceClaimStatus tracks whether the resource has been allocated and what the result of that was. */
export interface ResourceClaimStatus {
  allocation?: AllocationResult
  devices?: AllocatedDeviceStatus[]
  reservedFor?: ResourceClaimConsumerReference[]
}

/** ResourceClaimTemplate is used to produce ResourceClaim objects. */
export interface ResourceClaimTemplate extends KubeObject {
  apiVersion: 'resource.k8s.io/v1'
  kind: 'ResourceClaimTemplate'
  spec: ResourceClaimTemplateSpec
}

/** ResourceClaimTemplateList is a collection of claim templates. */
export interface ResourceClaimTemplateList {
  apiVersion: 'resource.k8s.io/v1'
  items: ResourceClaimTemplate[]
  kind: 'ResourceClaimTemplateList'
  metadata?: ListMeta
}

/** ResourceClaimTemplateSpec contains the metadata and fields for a ResourceClaim. */
export interface ResourceClaimTemplateSpec {
  metadata?: ObjectMeta
  spec: ResourceClaimSpec
}

/** ResourcePool describes the pool that ResourceSlices belong to. */
export interface ResourcePool {
  generation: number
  name: string
  resourceSliceCount: number
}

/** ResourceSlice represents one or more resources in a pool of similar resources, managed by a common driver. */
export interface ResourceSlice extends KubeObject {
  apiVersion: 'resource.k8s.io/v1'
  kind: 'ResourceSlice'
  spec: ResourceSliceSpec
}

/** ResourceSliceList is a collection of ResourceSlices. */
export interface ResourceSliceList {
  apiVersion: 'resource.k8s.io/v1'
  items: ResourceSlice[]
  kind: 'ResourceSliceList'
  metadata?: ListMeta
}

/** ResourceSliceSpec contains the information published by the driver in one ResourceSlice. */
export interface ResourceSliceSpec {
  allNodes?: boolean
  devices?: Device[]
  driver: string
  nodeName?: string
  nodeSelector?: NodeSelector
  perDeviceNodeSelection?: boolean
  pool: ResourcePool
  sharedCounters?: CounterSet[]
}
