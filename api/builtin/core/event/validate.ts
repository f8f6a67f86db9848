/**
 * What an event may not say. Events of old are let pass with little; those that say when they happened must say more;
 * those that come through events.k8s.io must be right. Source: kubernetes pkg/apis/core/validation/events.go.
 */
import { type FieldError, invalid, required } from '../../../field-error.ts'
import { byteLength } from '../../../go-text.ts'
import { validateBuiltInFinalizers } from '../../../metadata/finalizers.ts'
import { checkLabelKey, checkSubdomain } from '../../../names.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { Event } from '../../../types/core-v1.ts'
import { immutable } from '../../immutable.ts'

/** The longest action, reason, or name of who reports, in bytes. */
const WORD_BYTES_MAX = 128
/** The longest message, in bytes. */
const MESSAGE_BYTES_MAX = 1024

/** What every event must keep to. `controllerField` is what the version of the request calls who reports. */
export function validateEvent(event: Event, controllerField: string): FieldError[] {
  const { metadata, involvedObject } = event
  const { namespace = '' } = metadata
  const about = involvedObject.namespace ?? ''
  const mismatch = invalid('involvedObject.namespace', about, 'does not match event.namespace')
  const isOld = !event.eventTime
  const matches = isOld
    ? about === namespace || (about === '' && namespace === 'default')
    : about !== '' || namespace === 'default' || namespace === 'kube-system'
  return [
    ...(matches ? [] : [mismatch]),
    ...(isOld ? [] : validateWords(event, controllerField)),
    ...checkSubdomain(namespace).map((why) => invalid('namespace', namespace, why)),
  ]
}

function validateWords(event: Event, controllerField: string): FieldError[] {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  const long = (path: string, value: string, bytesMax: number) =>
    byteLength(value) > bytesMax ? [invalid(path, '', `can have at most ${bytesMax} characters`)] : []
  const needed = (path: string, value: string) => [
    ...(value === '' ? [required(path)] : []),
    ...long(path, value, WORD_BYTES_MAX),
  ]
  return [
    ...(reportingComponent === '' ? [required(controllerField)] : []),
    ...checkLabelKey(reportingComponent).map((why) => invalid(controllerField, reportingComponent, why)),
    ...needed('reportingInstance', reportingInstance),
    ...needed('action', action),
    ...needed('reason', reason),
    ...long('message', message, MESSAGE_BYTES_MAX),
  ]
}

/** What an event must say that is made through events.k8s.io. */
export function validateNewEvent(event: Event): FieldError[] {
  const { type = '', source } = event
  const unset = (path: string, isSet: unknown) => (isSet ? [invalid(path, '', 'needs to be unset')] : [])
  return [
    ...validateBuiltInFinalizers(event.metadata.finalizers, 'metadata.finalizers'),
    ...validateSeries(event),
    ...(event.eventTime ? [] : [required('eventTime')]),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', event.firstTimestamp),
    ...unset('lastTimestamp', event.lastTimestamp),
    ...unset('count', event.count),
    ...unset('source', source?.component || source?.host),
  ]
}

function validateSeries({ series }: Event): FieldError[] {
  if (!series) return []
  return [
    ...((series.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ]
}

/** In the order in which Kubernetes looks at them, one of them twice. */
const FIXED: readonly (readonly [field: keyof Event & string, path: string])[] = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['reason', 'reason'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
]

/** What may not change through events.k8s.io: all but the series. */
export const validateEventChange = (event: Event, old: Event): FieldError[] => [
  ...(sameMeaning(event.series, old.series) ? [] : validateSeries(event)),
  ...FIXED.flatMap(([field, path]) => immutable(path, event[field], old[field])),
]
