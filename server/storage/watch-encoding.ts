/**
 * How what a watcher is told becomes bytes. Watchers whose encodings have the same key are sent the same bytes, made
 * once for each change. JSON is here; protobuf, tables and other versions are given by who serves them.
 */
import type { Status } from '@muster/api/status.ts'
import type { Revision } from '@muster/store/store.ts'
import type { WatchEventType } from './change.ts'
import { jsonBytesMax, type StoredObject, writeJson } from './stored-object.ts'

/** Makes frames: whole units of a stream, such as a line of JSON. */
export interface WatchEncoding {
  /** Names everything that the bytes depend on: media type, version, schema generation, shape. */
  readonly key: string
  readonly event: (type: WatchEventType, object: StoredObject) => Uint8Array
  /** `endsInitialEvents`: all that was there at the start has been sent. */
  readonly bookmark: (revision: Revision, endsInitialEvents: boolean) => Uint8Array
  readonly error: (status: Status) => Uint8Array
  /** How the first event of a stream is sent, where it differs: a Table has its columns there. */
  readonly firstEvent?: WatchEncoding['event']
}

/** Says that all initial events were sent. Source: apimachinery meta/v1 InitialEventsAnnotationKey. */
export const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** The objects as they are kept, a line of JSON for each event. `kind` and `apiVersion` are those of bookmarks. */
export function jsonWatchEncoding(type: { readonly apiVersion: string; readonly kind: string }): WatchEncoding {
  return {
    key: `json ${type.apiVersion} ${type.kind}`,
    event: jsonEvent,
    bookmark: (revision, endsInitialEvents) => line('BOOKMARK', bookmarkObject(type, revision, endsInitialEvents)),
    error: (status) => line('ERROR', status),
  }
}

/** What a bookmark holds: no object, but a resourceVersion to go on from. */
export const bookmarkObject = (
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  revision: Revision,
  endsInitialEvents: boolean,
) => ({
  kind,
  apiVersion,
  metadata: {
    resourceVersion: String(revision),
    ...(endsInitialEvents && { annotations: { [INITIAL_EVENTS_END]: 'true' } }),
  },
})

const encoder = new TextEncoder()

const line = (type: string, object: unknown): Uint8Array => encoder.encode(`${JSON.stringify({ type, object })}\n`)

function jsonEvent(type: WatchEventType, object: StoredObject): Uint8Array {
  const frame = Buffer.allocUnsafe(FRAME_BYTES + jsonBytesMax(object))
  const objectAt = frame.write(`{"type":"${type}","object":`, 0, 'latin1')
  const end = writeJson(frame, objectAt, object)
  return frame.subarray(0, end + frame.write('}\n', end, 'latin1'))
}

/** What stands around the object, at most. */
const FRAME_BYTES = 40
