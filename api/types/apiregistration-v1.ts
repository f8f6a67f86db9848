/** The types of apiregistration-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { ListMeta, Time } from './meta-v1.ts'

/** APIService represents a server for a particular GroupVersion. */
export interface APIService extends KubeObject {
  apiVersion: 'apiregistration.k8s.io/v1'
  kind: 'APIService'
  spec?: APIServiceSpec
  status?: APIServiceStatus
}

/** APIServiceCondition describes the state of an APIService at a particular point. */
export interface APIServiceCondition {
  lastTransitionTime?: Time
  message?: string
  reason?: string
  status: string
  type: string
}

/** APIServiceList is a list of APIService objects. */
export interface APIServiceList {
  apiVersion: 'apiregistration.k8s.io/v1'
  items: APIService[]
  kind: 'APIServiceList'
  metadata?: ListMeta
}

/** APIServiceSpec contains information for locating and communicating with a server. */
export interface APIServiceSpec {
  caBundle?: string
  group?: string
  groupPriorityMinimum: number
  insecureSkipTLSVerify?: boolean
  service?: ServiceReference
  version?: string
  versionPriority: number
}

/** APIServiceStatus contains derived information about an API server. */
export interface APIServiceStatus {
  conditions?: APIServiceCondition[]
}

/** ServiceReference holds a reference to Service.legacy.k8s.io. */
export interface ServiceReference {
  name?: string
  namespace?: string
  port?: number
}
