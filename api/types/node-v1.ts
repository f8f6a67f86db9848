/** The types of node-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { Toleration } from './core-v1.ts'
import type { ListMeta, Quantity } from './meta-v1.ts'

/** Overhead structure represents the resource overhead associated with running a pod. */
export interface Overhead {
  podFixed?: Record<string, Quantity>
}

/** RuntimeClass defines a class of container runtime supported in the cluster. */
export interface RuntimeClass extends KubeObject {
  apiVersion: 'node.k8s.io/v1'
  handler: string
  kind: 'RuntimeClass'
  overhead?: Overhead
  scheduling?: Scheduling
}

/** RuntimeClassList is a list of RuntimeClass objects. */
export interface RuntimeClassList {
  apiVersion: 'node.k8s.io/v1'
  items: RuntimeClass[]
  kind: 'RuntimeClassList'
  metadata?: ListMeta
}

/** Scheduling specifies the scheduling constraints for nodes supporting a RuntimeClass. */
export interface Scheduling {
  nodeSelector?: Record<string, string>
  tolerations?: Toleration[]
}
