/** The types of coordination-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { ListMeta, MicroTime } from './meta-v1.ts'

/** Lease defines a lease concept. */
export interface Lease extends KubeObject {
  apiVersion: 'coordination.k8s.io/v1'
  kind: 'Lease'
  spec?: LeaseSpec
}

/** LeaseList is a list of Lease objects. */
export interface LeaseList {
  apiVersion: 'coordination.k8s.io/v1'
  items: Lease[]
  kind: 'LeaseList'
  metadata?: ListMeta
}

/** LeaseSpec is a specification of a Lease. */
export interface LeaseSpec {
  acquireTime?: MicroTime
  holderIdentity?: string
  leaseDurationSeconds?: number
  leaseTransitions?: number
  preferredHolder?: string
  renewTime?: MicroTime
  strategy?: string
}
