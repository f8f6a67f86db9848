/** The types of scheduling-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { ListMeta } from './meta-v1.ts'

/** PriorityClass defines mapping from a priority class name to the priority integer value. */
export interface PriorityClass extends KubeObject {
  apiVersion: 'scheduling.k8s.io/v1'
  description?: string
  globalDefault?: boolean
  kind: 'PriorityClass'
  preemptionPolicy?: string
  value?: number
}

/** PriorityClassList is a collection of priority classes. */
export interface PriorityClassList {
  apiVersion: 'scheduling.k8s.io/v1'
  items: PriorityClass[]
  kind: 'PriorityClassList'
  metadata?: ListMeta
}
