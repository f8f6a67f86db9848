/** The types of discovery-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { ObjectReference } from './core-v1.ts'
import type { ListMeta } from './meta-v1.ts'

/** Endpoint represents a single logical "backend" implementing a service. */
export interface Endpoint {
  addresses: string[]
  conditions?: EndpointConditions
  deprecatedTopology?: Record<string, string>
  hints?: EndpointHints
  hostname?: string
  nodeName?: string
  targetRef?: ObjectReference
  zone?: string
}

/** EndpointConditions represents the current condition of an endpoint. */
export interface EndpointConditions {
  ready?: boolean
  serving?: boolean
  terminating?: boolean
}

/** EndpointHints provides hints describing how an endpoint should be consumed. */
export interface EndpointHints {
  forNodes?: ForNode[]
  forZones?: ForZone[]
}

/** EndpointPort represents a Port used by an EndpointSlice. */
export interface EndpointPort {
  appProtocol?: string
  name?: string
  port?: number
  protocol?: string
}

/** EndpointSlice represents a set of service endpoints. */
export interface EndpointSlice extends KubeObject {
  addressType: string
  apiVersion: 'discovery.k8s.io/v1'
  endpoints?: Endpoint[]
  kind: 'EndpointSlice'
  ports?: EndpointPort[]
}

/** EndpointSliceList represents a list of endpoint slices. */
export interface EndpointSliceList {
  apiVersion: 'discovery.k8s.io/v1'
  items: EndpointSlice[]
  kind: 'EndpointSliceList'
  metadata?: ListMeta
}

/** ForNode provides information about which nodes should consume this endpoint. */
export interface ForNode {
  name: string
}

/** ForZone provides information about which zones should consume this endpoint. */
export interface ForZone {
  name: string
}
