/** Versions of an object as they are told: who wrote each, why, and what it changed. */
import { CHANGES_MAX, fieldChanges } from '@muster/api/history/changes.ts'
import type { ObjectVersion } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { formatInstant } from '@muster/base/clock.ts'
import type { Served } from '../registry/registry.ts'
import { fromStored } from '../resources/versions.ts'
import type { PastVersion } from '../storage/history.ts'
import { parseObject, type StoredObject } from '../storage/stored-object.ts'
import { accountOf } from './cause.ts'

/** The object in the version of the API that is served; as it is kept when its kind is served no more. */
export const shownAs = (served: Served | undefined, stored: StoredObject): KubeObject =>
  served ? fromStored(served, parseObject(stored)) : parseObject(stored)

/** What is told of a version. `before` is the version of the same name right before it, when it is known. */
export function tell(
  served: Served | undefined,
  version: PastVersion,
  before: PastVersion | undefined,
  withObject = false,
): ObjectVersion {
  const { revision, time, change, cause, gapBefore, isErased } = version
  const object = version.object && shownAs(served, version.object)
  const old = before?.object && shownAs(served, before.object)
  const shown = object ?? old
  return {
    revision: String(revision),
    time: formatInstant(time),
    change,
    ...(shown?.metadata.uid ? { uid: shown.metadata.uid } : {}),
    by: accountOf(cause),
    ...(change === 'updated' && object && old && !gapBefore ? limited(fieldChanges(old, object)) : {}),
    ...(gapBefore ? { gapBefore: true } : {}),
    ...(isErased ? { erased: true } : {}),
    ...(withObject && object ? { object } : {}),
  }
}

/** The first changes, and how many more there are. */
export function limited(changes: ReturnType<typeof fieldChanges>) {
  const more = changes.length - CHANGES_MAX
  return { fields: changes.slice(0, CHANGES_MAX), ...(more > 0 ? { moreFields: more } : {}) }
}
