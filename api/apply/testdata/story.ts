/** Objects and what is done to them, deed by deed, for the tests of this folder. */
import type { Json, JsonObject, KubeObject } from '../../object.ts'
import { type Application, apply } from '../apply.ts'
import { conflictError } from '../conflicts.ts'
import { pathsOf } from '../field-set.ts'
import { parseFieldsV1 } from '../fields-v1.ts'
import { sayPath } from '../path-element.ts'
import { recordUpdate } from '../record-update.ts'
import { WIDGET_VERSIONS, widget } from './widget.ts'

/** Somebody applies a spec, takes what others own with it, or writes it as an update. */
export type Deed =
  | { readonly by: string; readonly applies: Json }
  | { readonly by: string; readonly forces: Json }
  | { readonly by: string; readonly writes: Json }

/** A Widget after these deeds, one each minute. @throws ControlError for an apply that is refused or meets a conflict. */
export const tell = (deeds: readonly Deed[], object?: KubeObject, minute = 1): KubeObject | undefined =>
  deeds.reduce<KubeObject | undefined>((live, deed, at) => done(live, deed, timeAt(minute + at)), object)

/** The time of a minute. */
export const timeAt = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`

function done(live: KubeObject | undefined, deed: Deed, now: string): KubeObject {
  const manager = deed.by
  if ('writes' in deed) {
    const next = widget(deed.writes, withoutManagedFields(live))
    const managedFields = recordUpdate({ live, next, manager, subresource: '', now, versions: WIDGET_VERSIONS })
    return stored({ ...next, metadata: { ...next.metadata, ...(managedFields && { managedFields }) } })
  }
  const force = 'forces' in deed
  return applied({ live, applied: widget('forces' in deed ? deed.forces : deed.applies), manager, force, now })
}

/** What an apply makes of a Widget. @throws ControlError when it is refused or meets a conflict. */
export function applied(application: Pick<Application, 'live' | 'applied' | 'manager' | 'now'> & Partial<Application>) {
  const outcome = apply({ ...REQUEST, force: false, ...application })
  if (outcome.outcome === 'conflicts') throw conflictError(outcome.conflicts)
  return stored(outcome.object)
}

const REQUEST = { subresource: '', apiVersion: 'example.com/v1', kind: 'Widget', versions: WIDGET_VERSIONS }

const withoutManagedFields = (object: KubeObject | undefined): KubeObject['metadata'] => {
  const { managedFields, ...metadata } = object?.metadata ?? {}
  return metadata
}

/** As it comes back from a store: parsed anew, with a uid. */
export const stored = (object: KubeObject): KubeObject & JsonObject =>
  JSON.parse(JSON.stringify({ ...object, metadata: { ...object.metadata, uid: 'u' } }))

/** The fields of spec by manager: in order, without the spec itself; those of an updater under `name (updates)`. */
export const ownersOf = (object: KubeObject | undefined): Record<string, string> =>
  Object.fromEntries(
    (object?.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => {
      const fields = pathsOf(parseFieldsV1(fieldsV1)).map((path) => sayPath(path).replace(/^\.spec\.?/, ''))
      return [
        operation === 'Apply' ? manager : `${manager} (updates)`,
        fields.filter((field) => field !== '').join(' '),
      ]
    }),
  )
