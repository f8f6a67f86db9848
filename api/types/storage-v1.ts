/** The types of storage-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { PersistentVolumeSpec, TopologySelectorTerm } from './core-v1.ts'
import type { LabelSelector, ListMeta, Quantity, Time } from './meta-v1.ts'

/** CSIDriver captures information about a Container Storage Interface (CSI) volume driver deployed on the cluster. */
export interface CSIDriver extends KubeObject {
  apiVersion: 'storage.k8s.io/v1'
  kind: 'CSIDriver'
  spec: CSIDriverSpec
}

/** CSIDriverList is a collection of CSIDriver objects. */
export interface CSIDriverList {
  apiVersion: 'storage.k8s.io/v1'
  items: CSIDriver[]
  kind: 'CSIDriverList'
  metadata?: ListMeta
}

/** CSIDriverSpec is the specification of a CSIDriver. */
export interface CSIDriverSpec {
  attachRequired?: boolean
  fsGroupPolicy?: string
  nodeAllocatableUpdatePeriodSeconds?: number
  podInfoOnMount?: boolean
  preventPodSchedulingIfMissing?: boolean
  requiresRepublish?: boolean
  seLinuxMount?: boolean
  serviceAccountTokenInSecrets?: boolean
  storageCapacity?: boolean
  tokenRequests?: TokenRequest[]
  volumeLifecycleModes?: string[]
}

/** CSINode holds information about all CSI drivers installed on a node. */
export interface CSINode extends KubeObject {
  apiVersion: 'storage.k8s.io/v1'
  kind: 'CSINode'
  spec: CSINodeSpec
}

/** CSINodeDriver holds information about the specification of one CSI driver installed on a node. */
export interface CSINodeDriver {
  allocatable?: VolumeNodeResources
  name: string
  nodeID: string
  topologyKeys?: string[]
}

/** CSINodeList is a collection of CSINode objects. */
export interface CSINodeList {
  apiVersion: 'storage.k8s.io/v1'
  items: CSINode[]
  kind: 'CSINodeList'
  metadata?: ListMeta
}

/** CSINodeSpec holds information about the specification of all CSI drivers installed on a node. */
export interface CSINodeSpec {
  drivers: CSINodeDriver[]
}

/** CSIStorageCapacity stores the result of one CSI GetCapacity call. */
export interface CSIStorageCapacity extends KubeObject {
  apiVersion: 'storage.k8s.io/v1'
  capacity?: Quantity
  kind: 'CSIStorageCapacity'
  maximumVolumeSize?: Quantity
  nodeTopology?: LabelSelector
  storageClassName: string
}

/** CSIStorageCapacityList is a collection of CSIStorageCapacity objects. */
export interface CSIStorageCapacityList {
  apiVersion: 'storage.k8s.io/v1'
  items: CSIStorageCapacity[]
  kind: 'CSIStorageCapacityList'
  metadata?: ListMeta
}

/** StorageClass describes the parameters for a class of storage for which PersistentVolumes can be dynamically provisioned. */
export interface StorageClass extends KubeObject {
  allowVolumeExpansion?: boolean
  allowedTopologies?: TopologySelectorTerm[]
  apiVersion: 'storage.k8s.io/v1'
  kind: 'StorageClass'
  mountOptions?: string[]
  parameters?: Record<string, string>
  provisioner: string
  reclaimPolicy?: string
  volumeBindingMode?: string
}

/** StorageClassList is a collection of storage classes. */
export interface StorageClassList {
  apiVersion: 'storage.k8s.io/v1'
  items: StorageClass[]
  kind: 'StorageClassList'
  metadata?: ListMeta
}

/** TokenRequest contains parameters of a service account token. */
export interface TokenRequest {
  audience: string
  expirationSeconds?: number
}

/** VolumeAttachment captures the intent to attach or detach the specified volume to/from the specified node. */
export interface VolumeAttachment extends KubeObject {
  apiVersion: 'storage.k8s.io/v1'
  kind: 'VolumeAttachment'
  spec: VolumeAttachmentSpec
  status?: VolumeAttachmentStatus
}

/** VolumeAttachmentList is a collection of VolumeAttachment objects. */
export interface VolumeAttachmentList {
  apiVersion: 'storage.k8s.io/v1'
  items: VolumeAttachment[]
  kind: 'VolumeAttachmentList'
  metadata?: ListMeta
}

/** VolumeAttachmentSource represents a volume that should be attached. */
export interface VolumeAttachmentSource {
  inlineVolumeSpec?: PersistentVolumeSpec
  persistentVolumeName?: string
}

/** VolumeAttachmentSpec is the specification of a VolumeAttachment request. */
export interface VolumeAttachmentSpec {
  attacher: string
  nodeName: string
  source: VolumeAttachmentSource
}

/** VolumeAttachmentStatus is the status of a VolumeAttachment request. */
export interface VolumeAttachmentStatus {
  attachError?: VolumeError
  attached: boolean
  attachmentMetadata?: Record<string, string>
  detachError?: VolumeError
}

/** VolumeAttributesClass represents a specification of mutable volume attributes defined by the CSI driver. */
export interface VolumeAttributesClass extends KubeObject {
  apiVersion: 'storage.k8s.io/v1'
  driverName: string
  kind: 'VolumeAttributesClass'
  parameters?: Record<string, string>
}

/** VolumeAttributesClassList is a collection of VolumeAttributesClass objects. */
export interface VolumeAttributesClassList {
  apiVersion: 'storage.k8s.io/v1'
  items: VolumeAttributesClass[]
  kind: 'VolumeAttributesClassList'
  metadata?: ListMeta
}

/** VolumeError captures an error encountered during a volume operation. */
export interface VolumeError {
  errorCode?: number
  message?: string
  time?: Time
}

/** VolumeNodeResources is a set of resource limits for scheduling of volumes. */
export interface VolumeNodeResources {
  count?: number
}
