/** The table of events. Source: kubernetes pkg/printers/internalversion printEvent. */
import { type Column, NAME_COLUMN } from '../../../columns.ts'
import type { Event } from '../../../types/core-v1.ts'
import { column, since } from '../../columns.ts'

const WIDE = { priority: 1 }

/** What `kubectl get events` shows. */
export const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', 'The time at which the most recent occurrence of this event was recorded.', (event, now) =>
    since(lastSeen(event), now),
  ),
  column(
    'Type',
    'Type of this event (Normal, Warning), new types could be added in the future',
    ({ type = '' }) => type,
  ),
  column(
    'Reason',
    "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    ({ reason = '' }) => reason,
  ),
  column('Object', 'The object that this event is about.', ({ involvedObject: { kind = '', name } }) =>
    name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
  ),
  column(
    'Subobject',
    'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
    ({ involvedObject }) => involvedObject.fieldPath ?? '',
    WIDE,
  ),
  column(
    'Source',
    'The component reporting this event. Should be a short machine understandable string.',
    saySource,
    WIDE,
  ),
  column('Message', 'A human-readable description of the status of this operation.', ({ message = '' }) =>
    message.trim(),
  ),
  column(
    'First Seen',
    'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)',
    (event, now) => since(firstSeen(event), now),
    WIDE,
  ),
  // The type says string, and the cell is a number: so it is in Kubernetes.
  column(
    'Count',
    'The number of times this event has occurred.',
    ({ series, count }) => series?.count ?? (count || 1),
    WIDE,
  ),
  { ...NAME_COLUMN, ...WIDE },
]

type When = string | null | undefined

const firstSeen = ({ firstTimestamp, eventTime }: Event): When => firstTimestamp || eventTime

const lastSeen = (event: Event): When =>
  event.series ? event.series.lastObservedTime : event.lastTimestamp || firstSeen(event)

function saySource({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || ''
  const instance = source?.host || reportingInstance || ''
  return instance ? `${component}, ${instance}` : component
}
