/** The types of apps-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { JsonObject, KubeObject } from '../object.ts'
import type { PersistentVolumeClaim, PodTemplateSpec } from './core-v1.ts'
import type { IntOrString, LabelSelector, ListMeta, Time } from './meta-v1.ts'

/** ControllerRevision implements an immutable snapshot of state data. */
export interface ControllerRevision extends KubeObject {
  apiVersion: 'apps/v1'
  data?: JsonObject
  kind: 'ControllerRevision'
  revision: number
}

/** ControllerRevisionList is a resource containing a list of ControllerRevision objects. */
export interface ControllerRevisionList {
  apiVersion: 'apps/v1'
  items: ControllerRevision[]
  kind: 'ControllerRevisionList'
  metadata?: ListMeta
}

/** DaemonSet represents the configuration of a daemon set. */
export interface DaemonSet extends KubeObject {
  apiVersion: 'apps/v1'
  kind: 'DaemonSet'
  spec?: DaemonSetSpec
  status?: DaemonSetStatus
}

/** DaemonSetCondition describes the state of a DaemonSet at a certain point. */
export interface DaemonSetCondition {
  lastTransitionTime?: Time
  message?: string
  reason?: string
  status: string
  type: string
}

/** DaemonSetList is a collection of daemon sets. */
export interface DaemonSetList {
  apiVersion: 'apps/v1'
  items: DaemonSet[]
  kind: 'DaemonSetList'
  metadata?: ListMeta
}

/** DaemonSetSpec is the specification of a daemon set. */
export interface DaemonSetSpec {
  minReadySeconds?: number
  revisionHistoryLimit?: number
  selector: LabelSelector
  template: PodTemplateSpec
  updateStrategy?: DaemonSetUpdateStrategy
}

/** DaemonSetStatus represents the current status of a daemon set. */
export interface DaemonSetStatus {
  collisionCount?: number
  conditions?: DaemonSetCondition[]
  currentNumberScheduled: number
  desiredNumberScheduled: number
  numberAvailable?: number
  numberMisscheduled: number
  numberReady: number
  numberUnavailable?: number
  observedGeneration?: number
  updatedNumberScheduled?: number
}

/** DaemonSetUpdateStrategy is a struct used to control the update strategy for a DaemonSet. */
export interface DaemonSetUpdateStrategy {
  rollingUpdate?: RollingUpdateDaemonSet
  type?: string
}

/** Deployment enables declarative updates for Pods and ReplicaSets. */
export interface Deployment extends KubeObject {
  apiVersion: 'apps/v1'
  kind: 'Deployment'
  spec?: DeploymentSpec
  status?: DeploymentStatus
}

/** DeploymentCondition describes the state of a deployment at a certain point. */
export interface DeploymentCondition {
  lastTransitionTime?: Time
  lastUpdateTime?: Time
  message?: string
  reason?: string
  status: string
  type: string
}

/** DeploymentList is a list of Deployments. */
export interface DeploymentList {
  apiVersion: 'apps/v1'
  items: Deployment[]
  kind: 'DeploymentList'
  metadata?: ListMeta
}

/** DeploymentSpec is the specification of the desired behavior of the Deployment. */
export interface DeploymentSpec {
  minReadySeconds?: number
  paused?: boolean
  progressDeadlineSeconds?: number
  replicas?: number
  revisionHistoryLimit?: number
  selector: LabelSelector
  strategy?: DeploymentStrategy
  template: PodTemplateSpec
}

/** DeploymentStatus is the most recently observed status of the Deployment. */
export interface DeploymentStatus {
  availableReplicas?: number
  collisionCount?: number
  conditions?: DeploymentCondition[]
  observedGeneration?: number
  readyReplicas?: number
  replicas?: number
  terminatingReplicas?: number
  unavailableReplicas?: number
  updatedReplicas?: number
}

/** DeploymentStrategy describes how to replace existing pods with new ones. */
export interface DeploymentStrategy {
  rollingUpdate?: RollingUpdateDeployment
  type?: string
}

/** ReplicaSet ensures that a specified number of pod replicas are running at any given time. */
export interface ReplicaSet extends KubeObject {
  apiVersion: 'apps/v1'
  kind: 'ReplicaSet'
  spec?: ReplicaSetSpec
  status?: ReplicaSetStatus
}

/** ReplicaSetCondition describes the state of a replica set at a certain point. */
export interface ReplicaSetCondition {
  lastTransitionTime?: Time
  message?: string
  reason?: string
  status: string
  type: string
}

/** ReplicaSetList is a collection of ReplicaSets. */
export interface ReplicaSetList {
  apiVersion: 'apps/v1'
  items: ReplicaSet[]
  kind: 'ReplicaSetList'
  metadata?: ListMeta
}

/** ReplicaSetSpec is the specification of a ReplicaSet. */
export interface ReplicaSetSpec {
  minReadySeconds?: number
  replicas?: number
  selector: LabelSelector
  template?: PodTemplateSpec
}

/** ReplicaSetStatus represents the current status of a ReplicaSet. */
export interface ReplicaSetStatus {
  availableReplicas?: number
  conditions?: ReplicaSetCondition[]
  fullyLabeledReplicas?: number
  observedGeneration?: number
  readyReplicas?: number
  replicas: number
  terminatingReplicas?: number
}

/** Spec to control the desired behavior of daemon set rolling update. */
export interface RollingUpdateDaemonSet {
  maxSurge?: IntOrString
  maxUnavailable?: IntOrString
}

/** Spec to control the desired behavior of rolling update. */
export interface RollingUpdateDeployment {
  maxSurge?: IntOrString
  maxUnavailable?: IntOrString
}

/** RollingUpdateStatefulSetStrategy is used to communicate parameter for RollingUpdateStatefulSetStrategyType. */
export interface RollingUpdateStatefulSetStrategy {
  maxUnavailable?: IntOrString
  partition?: number
}

/** StatefulSet represents a set of pods with consistent identities. */
export interface StatefulSet extends KubeObject {
  apiVersion: 'apps/v1'
  kind: 'StatefulSet'
  spec?: StatefulSetSpec
  status?: StatefulSetStatus
}

/** StatefulSetCondition describes the state of a statefulset at a certain point. */
export interface StatefulSetCondition {
  lastTransitionTime?: Time
  message?: string
  reason?: string
  status: string
  type: string
}

/** StatefulSetList is a collection of StatefulSets. */
export interface StatefulSetList {
  apiVersion: 'apps/v1'
  items: StatefulSet[]
  kind: 'StatefulSetList'
  metadata?: ListMeta
}

/** StatefulSetOrdinals describes the policy used for replica ordinal assignment in this StatefulSet. */
export interface StatefulSetOrdinals {
  start?: number
}

/** StatefulSetPersistentVolumeClaimRetentionPolicy describes the policy used for PVCs created from the StatefulSet VolumeClaimTemplates. */
export interface StatefulSetPersistentVolumeClaimRetentionPolicy {
  whenDeleted?: string
  whenScaled?: string
}

/** A StatefulSetSpec is the specification of a StatefulSet. */
export interface StatefulSetSpec {
  minReadySeconds?: number
  ordinals?: StatefulSetOrdinals
  persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy
  podManagementPolicy?: string
  replicas?: number
  revisionHistoryLimit?: number
  selector: LabelSelector
  serviceName?: string
  template: PodTemplateSpec
  updateStrategy?: StatefulSetUpdateStrategy
  volumeClaimTemplates?: PersistentVolumeClaim[]
}

/** StatefulSetStatus represents the current state of a StatefulSet. */
export interface StatefulSetStatus {
  availableReplicas?: number
  collisionCount?: number
  conditions?: StatefulSetCondition[]
  currentReplicas?: number
  currentRevision?: string
  observedGeneration?: number
  readyReplicas?: number
  replicas: number
  updateRevision?: string
  updatedReplicas?: number
}

/** StatefulSetUpdateStrategy indicates the strategy that the StatefulSet controller will use to perform updates. */
export interface StatefulSetUpdateStrategy {
  rollingUpdate?: RollingUpdateStatefulSetStrategy
  type?: string
}
