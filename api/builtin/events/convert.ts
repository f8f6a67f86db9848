/** An event of events.k8s.io as the core keeps it, and back. Source: kubernetes pkg/apis/events/v1/conversion.go. */
import type { KubeObject } from '../../object.ts'
import type { Event as CoreEvent } from '../../types/core-v1.ts'

/** The name of a field in events.k8s.io, and its name in the core. All others have the same. */
const NAMES: readonly (readonly [event: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]

const TO_CORE = new Map(NAMES)
const FROM_CORE = new Map(NAMES.map(([event, core]) => [core, event]))

/** As the core keeps it. What it is about may be left out in events.k8s.io, and not in the core. */
export const toCoreEvent = (event: KubeObject): CoreEvent => ({
  involvedObject: {},
  ...rename(event, TO_CORE),
  metadata: event.metadata,
  apiVersion: 'v1',
  kind: 'Event',
})

/** As events.k8s.io shows it. */
export const fromCoreEvent = (event: KubeObject): KubeObject => ({
  ...Object.fromEntries(Object.entries(rename(event, FROM_CORE)).filter(([, value]) => value !== '')),
  metadata: event.metadata,
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
})

const rename = (object: KubeObject, names: ReadonlyMap<string, string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]))
