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

/** The names that events.k8s.io has for them, each with that of the core; all others it does not know. */
const NEWER = new Map([
  ['reason', 'reason'],
  ['type', 'type'],
  ['reportingController', 'reportingComponent'],
  ...EVENT_FIELDS.filter((field) => field.startsWith('involvedObject.')).map(
    (field) => [field.replace('involvedObject', 'regarding'), field] as const,
  ),
])

/** What a field selector may say of an event through events.k8s.io. Source: kubernetes pkg/apis/events/v1/conversion.go. */
export const NEWER_EVENT_FIELDS: readonly string[] = [...NEWER.keys()]

/** The value of a field under either name; empty when it is not set. The same objects are chosen through both groups. */
export const eventField = (event: Event, field: string): string => FIELDS[NEWER.get(field) ?? field]?.(event) ?? ''
