/** Entries, events and versions as JSON, both ways; docs/store-server.md shows each of them. */
import { formatInstant, type Instant, instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Cause, Entry, Event, Version } from '@muster/store/store.ts'
import type { Fields } from './fields.ts'
import { decodeValue, encodeValue } from './value.ts'

/** An entry as plain JSON. */
export const encodeEntry = ({ key, value, revision, createRevision, version, lease }: Entry) => ({
  key,
  ...encodeValue(value),
  revision,
  createRevision,
  version,
  ...(lease !== undefined && { lease }),
})

/** The entry in a JSON object. */
export const decodeEntry = (fields: Fields): Entry => ({
  key: fields.text('key'),
  value: decodeValue(fields, 'entry'),
  revision: fields.revision('revision'),
  createRevision: fields.revision('createRevision'),
  version: fields.count('version', 1),
  ...(fields.has('lease') && { lease: fields.text('lease') }),
})

/** An event as plain JSON. */
export const encodeEvent = (event: Event) => ({
  event: event.event,
  key: event.key,
  revision: event.revision,
  commitRevision: event.commitRevision,
  time: formatInstant(event.time),
  ...(event.event === 'put' && { entry: encodeEntry(event.entry) }),
  ...(event.previous && { previous: encodeEntry(event.previous) }),
})

/** The event in a JSON object. */
export function decodeEvent(fields: Fields): Event {
  const about = {
    key: fields.text('key'),
    revision: fields.revision('revision'),
    commitRevision: fields.revision('commitRevision'),
    time: decodeTime(fields, 'time'),
    ...(fields.has('previous') && { previous: decodeEntry(fields.object('previous')) }),
  }
  return fields.text('event') === 'put'
    ? { ...about, event: 'put', entry: decodeEntry(fields.object('entry')) }
    : { ...about, event: 'delete' }
}

/** A version of a key as plain JSON. */
export const encodeVersion = (version: Version) => ({
  version: version.version,
  key: version.key,
  revision: version.revision,
  time: formatInstant(version.time),
  token: version.token,
  cause: version.cause,
  gapBefore: version.gapBefore,
  ...(version.version === 'put' && version.erased && { erased: true }),
  ...(version.version === 'put' && { entry: encodeEntry(version.entry) }),
})

/** The version of a key in a JSON object. */
export function decodeVersion(fields: Fields): Version {
  const about = {
    key: fields.text('key'),
    revision: fields.revision('revision'),
    time: decodeTime(fields, 'time'),
    token: fields.text('token'),
    cause: decodeCause(fields.object('cause')),
    gapBefore: fields.flag('gapBefore'),
  }
  return fields.text('version') === 'put'
    ? {
        ...about,
        version: 'put',
        entry: decodeEntry(fields.object('entry')),
        ...(fields.has('erased') && fields.flag('erased') && ({ erased: true } as const)),
      }
    : { ...about, version: 'deleted' }
}

/** The cause in a JSON object. */
export const decodeCause = (fields: Fields): Cause => ({
  actor: fields.text('actor'),
  reason: fields.text('reason'),
  ...(fields.has('after') && { after: fields.revision('after') }),
  ...(fields.has('details') && { details: fields.text('details') }),
})

/** A time in RFC 3339; throws Invalid, naming the field, when it is none. */
export function decodeTime(fields: Pick<Fields, 'text'>, name: string): Instant {
  const milliseconds = Date.parse(fields.text(name))
  if (Number.isNaN(milliseconds))
    throw new ControlError('Invalid', `${name}: wanted a time such as 2026-01-31T12:00:00Z`)
  return instant(milliseconds)
}
