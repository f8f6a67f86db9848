/** What a field selector may say of an event. Source: kubernetes pkg/registry/core/event/strategy.go ToSelectableFields. */
import type { Event } from '../../../types/core-v1.ts'

const FIELDS: Readonly<Record<string, (event: Event) => string | undefined>> = {
  'involvedObject.kind': ({ involvedObject }) => involvedObject.kind,
  'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace,
  'involvedObject.name': ({ involvedObject }) => involvedObject.name,
  'involvedObject.uid': ({ involvedObject }) => involvedObject.uid,
  'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion,
  'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion,
  'involvedObject.fieldPath': ({ involvedObject }) => involvedObject.fieldPath,
  reason: ({ reason }) => reason,
  reportingComponent: ({ reportingComponent }) => reportingComponent,
  source: ({ source, reportingComponent }) => source?.component || reportingComponent,
  type: ({ type }) => type,
}

/** Their names. */
export const EVENT_FIELDS: readonly string[] = Object.keys(FIELDS)

/** The value of one of them; empty when it is not set. */
export const eventField = (event: Event, field: string): string => FIELDS[field]?.(event) ?? ''
