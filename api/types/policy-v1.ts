/** The types of policy-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { Condition, DeleteOptions, IntOrString, LabelSelector, ListMeta, Time } from './meta-v1.ts'

/** Eviction evicts a pod from its node subject to certain policies and safety constraints. */
export interface Eviction extends KubeObject {
  apiVersion: 'policy/v1'
  deleteOptions?: DeleteOptions
  kind: 'Eviction'
}

/** PodDisruptionBudget is an object to define the max disruption that can be caused to a collection of pods. */
export interface PodDisruptionBudget extends KubeObject {
  apiVersion: 'policy/v1'
  kind: 'PodDisruptionBudget'
  spec?: PodDisruptionBudgetSpec
  status?: PodDisruptionBudgetStatus
}

/** PodDisruptionBudgetList is a collection of PodDisruptionBudgets. */
export interface PodDisruptionBudgetList {
  apiVersion: 'policy/v1'
  items: PodDisruptionBudget[]
  kind: 'PodDisruptionBudgetList'
  metadata?: ListMeta
}

/** PodDisruptionBudgetSpec is a description of a PodDisruptionBudget. */
export interface PodDisruptionBudgetSpec {
  maxUnavailable?: IntOrString
  minAvailable?: IntOrString
  selector?: LabelSelector
  unhealthyPodEvictionPolicy?: string
}

/** PodDisruptionBudgetStatus represents information about the status of a PodDisruptionBudget. */
export interface PodDisruptionBudgetStatus {
  conditions?: Condition[]
  currentHealthy?: number
  desiredHealthy?: number
  disruptedPods?: Record<string, Time>
  disruptionsAllowed?: number
  expectedPods?: number
  observedGeneration?: number
}
