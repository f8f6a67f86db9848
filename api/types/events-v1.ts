/** The types of events-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { EventSource, ObjectReference } from './core-v1.ts'
import type { ListMeta, MicroTime, Time } from './meta-v1.ts'

/** Event is a report of an event somewhere in the cluster. */
export interface Event extends KubeObject {
  action?: string
  apiVersion: 'events.k8s.io/v1'
  deprecatedCount?: number
  deprecatedFirstTimestamp?: Time
  deprecatedLastTimestamp?: Time
  deprecatedSource?: EventSource
  eventTime: MicroTime
  kind: 'Event'
  note?: string
  reason?: string
  regarding?: ObjectReference
  related?: ObjectReference
  reportingController?: string
  reportingInstance?: string
  series?: EventSeries
  type?: string
}

/** EventList is a list of Event objects. */
export interface EventList {
  apiVersion: 'events.k8s.io/v1'
  items: Event[]
  kind: 'EventList'
  metadata?: ListMeta
}

/** EventSeries contain information on series of events, i.e. thing that was/is happening continuously for some time. */
export interface EventSeries {
  count: number
  lastObservedTime: MicroTime
}
