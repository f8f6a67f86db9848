/**
 * Server-side apply: a configuration is merged into what is there, and who applies it owns what it mentions.
 *
 *     1  a field that somebody else owns and that gets another value is a conflict, unless forced: then it is taken
 *     2  a field that gets the value it has is owned by both
 *     3  a field that the applier owned and no longer mentions goes, unless somebody else owns it
 *
 * Source: apimachinery pkg/util/managedfields/internal (the managers and their chain); structured-merge-diff v6
 * merge/update.go (Updater.Apply).
 */

import { assert, isControlError } from '@muster/base/errors.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { equalJson } from '../schema/json.ts'
import { plainFailure } from '../status.ts'
import type { Atom } from './atom.ts'
import { checkConfiguration } from './configuration.ts'
import { type Conflict, conflictsBeyond, conflictsOf } from './conflicts.ts'
import { filterFields } from './field-filter.ts'
import { type FieldSet, isEmptySet, NO_FIELDS } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { fieldsLastApplied, KUBECTL, refreshLastApplied } from './last-applied.ts'
import { merge } from './merge.ts'
import { type Owners, ownerId, readOwners, writeOwners, writerOf } from './owners.ts'
import { prune } from './prune.ts'
import { ownersAfter, type Update } from './record-update.ts'
import { reconcileOwners, transfer } from './transfer.ts'
import { ownable } from './unowned.ts'
import { atomOfVersion } from './versions.ts'
import { asJson, asObject, copyWithManagedFields, nothingOf, withoutManagedFields } from './whole-object.ts'

/** One apply. Nothing of it is changed. */
export interface Application extends Omit<Update, 'next' | 'live'> {
  /** What is stored, in the version of the request; undefined when the apply creates. */
  readonly live: KubeObject | undefined
  /** What a codec makes of nothing ({@link emptyObject}): what is there before a creation. Absent for a custom resource. */
  readonly empty?: KubeObject | undefined
  /** What was sent, as it was sent: parsed, but not decoded, defaulted or pruned. */
  readonly applied: JsonObject
  /** The version and kind that the request is for. */
  readonly apiVersion: string
  readonly kind: string
  /** Takes what others own. */
  readonly force: boolean
}

/** What came of an apply. */
export type Applied =
  /**
   * The object with its new managedFields; it shares nothing with what went in. It is yet to be decoded and defaulted,
   * like one that a client sends: nulls that were applied are in it.
   */
  | { readonly outcome: 'applied'; readonly object: KubeObject }
  /** To be answered with {@link conflictError}; there is at least one. */
  | { readonly outcome: 'conflicts'; readonly conflicts: readonly Conflict[] }

/**
 * Applies a configuration to what is there, or to nothing.
 * @throws ControlError `BadRequest` for a configuration of another kind or with managedFields; `Internal` with
 * Kubernetes' own words for one that does not fit the schema, and for stored managedFields that cannot be read.
 */
export function apply(application: Application): Applied {
  const { live, applied, manager, force, versions } = application
  const atom = atomOfVersion(versions, application.apiVersion)
  assert(atom, 'an apply is in a version of its kind')
  checkConfiguration(applied, application, atom)
  const first = attempt(application, atom, force)
  if (manager !== KUBECTL) return first
  const allowed = first.outcome === 'conflicts' && live ? fieldsLastApplied(atom, live) : undefined
  const outcome = allowed ? withinAllowed(first, allowed, () => attempt(application, atom, true)) : first
  if (outcome.outcome === 'applied') refreshLastApplied(outcome.object, applied)
  return outcome
}

/** What kubectl applied before under another name is no conflict; when nothing else is, the apply goes through. */
function withinAllowed(first: Applied, allowed: FieldSet, takeThem: () => Applied): Applied {
  if (first.outcome === 'applied') return first
  const conflicts = conflictsBeyond(first.conflicts, allowed)
  return conflicts.length === 0 ? takeThem() : { outcome: 'conflicts', conflicts }
}

function attempt(application: Application, atom: Atom, force: boolean): Applied {
  const { applied, now, versions, resetFields, apiVersion } = application
  const known = ownersBefore(application)
  const live = withoutManagedFields(application.live ?? emptyOf(application))
  const before = reconcileOwners(live, known, versions)
  const name = writerOf(application, 'Apply')
  const id = ownerId(name)
  const fields = filterFields(fieldsOf(atom, applied), resetFields?.(apiVersion))
  const claimed = new Map([...before, [id, { ...name, fields, time: known.get(id)?.time }]])
  const merged = asObject(merge(atom, asJson(live), applied))
  const next = prune({ merged, before: before.get(id), owners: claimed, versions })
  const { owners, taken } = transfer({ live, next, apiVersion, versions, resetFields }, claimed, id)
  if (!force && taken.size > 0) return { outcome: 'conflicts', conflicts: conflictsOf(claimed, taken) }
  const isChanged = !equalJson(asJson(live), asJson(next))
  const entries = writeOwners(settleOwn(owners, id, isChanged ? now : undefined))
  return { outcome: 'applied', object: copyWithManagedFields(next, entries) }
}

/** Who owns what before the apply. All fields of an object that nobody owned so far get one owner, to conflict with. */
function ownersBefore(application: Application): Owners {
  const { live } = application
  if (!live) return new Map()
  const owners = readStored(live)
  return owners.size > 0 ? owners : ownersAfter(discovery(application, live), owners)
}

/** As if somebody of this name had just created the object. */
const discovery = (application: Application, live: KubeObject) => ({
  ...application,
  live: emptyOf(application),
  next: live,
  manager: BEFORE_FIRST_APPLY,
})

/** Whose entry holds the fields of an object that had no managedFields. Source: apimachinery skipnonapplied.go. */
export const BEFORE_FIRST_APPLY = 'before-first-apply'

const emptyOf = ({ empty, apiVersion, kind }: Application): KubeObject => empty ?? nothingOf({ apiVersion, kind })

function readStored(live: KubeObject): Owners {
  try {
    return readOwners(live.metadata.managedFields)
  } catch (error) {
    if (!isControlError(error)) throw error
    throw plainFailure(`failed to decode managed fields: ${error.message}`, error)
  }
}

/** The applier's own entry: without what nobody owns, and with the time of the apply if it changed the object. */
function settleOwn(owners: Owners, id: string, time: string | undefined): Owners {
  const settled = new Map(owners)
  const own = owners.get(id)
  settled.delete(id)
  const fields = ownable(own?.fields ?? NO_FIELDS)
  if (own && !isEmptySet(fields)) settled.set(id, { ...own, fields, time: time ?? own.time })
  return settled
}
