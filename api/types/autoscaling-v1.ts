/** The types of autoscaling-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { ListMeta, Time } from './meta-v1.ts'

/** CrossVersionObjectReference contains enough information to let you identify the referred resource. */
export interface CrossVersionObjectReference {
  apiVersion?: string
  kind: string
  name: string
}

/** configuration of a horizontal pod autoscaler. */
export interface HorizontalPodAutoscaler extends KubeObject {
  apiVersion: 'autoscaling/v1'
  kind: 'HorizontalPodAutoscaler'
  spec: HorizontalPodAutoscalerSpec
  status?: HorizontalPodAutoscalerStatus
}

/** list of horizontal pod autoscaler objects. */
export interface HorizontalPodAutoscalerList {
  apiVersion: 'autoscaling/v1'
  items: HorizontalPodAutoscaler[]
  kind: 'HorizontalPodAutoscalerList'
  metadata?: ListMeta
}

/** specification of a horizontal pod autoscaler. */
export interface HorizontalPodAutoscalerSpec {
  maxReplicas: number
  minReplicas?: number
  scaleTargetRef: CrossVersionObjectReference
  targetCPUUtilizationPercentage?: number
}

/** current status of a horizontal pod autoscaler. */
export interface HorizontalPodAutoscalerStatus {
  currentCPUUtilizationPercentage?: number
  currentReplicas: number
  desiredReplicas: number
  lastScaleTime?: Time
  observedGeneration?: number
}

/** Scale represents a scaling request for a resource. */
export interface Scale extends KubeObject {
  apiVersion: 'autoscaling/v1'
  kind: 'Scale'
  spec?: ScaleSpec
  status?: ScaleStatus
}

/** ScaleSpec describes the attributes of a scale subresource. */
export interface ScaleSpec {
  replicas?: number
}

/** ScaleStatus represents the current status of a scale subresource. */
export interface ScaleStatus {
  replicas: number
  selector?: string
}
