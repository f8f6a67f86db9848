/**
 * An apply that would take fields from others, and the 409 that tells who owns them.
 * Source: apimachinery pkg/util/managedfields/internal/conflict.go; structured-merge-diff v6 merge/conflict.go.
 */
import type { ControlError } from '@muster/base/errors.ts'
import { goQuote } from '../go-text.ts'
import { applyConflict } from '../status.ts'
import { type FieldSet, hasPath, pathsOf } from './field-set.ts'
import type { Owner, Owners } from './owners.ts'
import { type FieldPath, sayPath } from './path-element.ts'
import { compareText } from './text-order.ts'

/** One field that somebody else owns, and to which the apply gives another value. */
export interface Conflict {
  readonly owner: Owner
  readonly path: FieldPath
}

/** Every field that would be taken, owner by owner. */
export const conflictsOf = (owners: Owners, taken: ReadonlyMap<string, FieldSet>): Conflict[] =>
  [...taken]
    .sort(([one], [other]) => compareText(one, other))
    .flatMap(([id, fields]) => {
      const owner = owners.get(id)
      return owner ? pathsOf(fields).map((path) => ({ owner, path })) : []
    })

/** The conflicts that remain when these fields may be taken. */
export const conflictsBeyond = (conflicts: readonly Conflict[], allowed: FieldSet): Conflict[] =>
  conflicts.filter(({ path }) => !hasPath(allowed, path))

/** 409, with a cause of reason FieldManagerConflict for each conflict; there is at least one. */
export const conflictError = (conflicts: readonly Conflict[]): ControlError =>
  applyConflict(
    conflicts.map(({ owner, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${sayOwner(owner)}`,
      field: sayPath(path),
    })),
    sayConflicts(conflicts),
  )

function sayConflicts(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${sayOwner(first.owner)}: ${sayPath(first.path)}`
  }
  const byOwner = Map.groupBy(conflicts, ({ owner }) => owner)
  const lines = [...byOwner].flatMap(([owner, its]) => [
    `conflicts with ${sayOwner(owner)}:`,
    ...its.map(({ path }) => `- ${sayPath(path)}`),
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function sayOwner({ manager, operation, apiVersion, subresource }: Owner): string {
  const name = goQuote(manager) + (subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`)
  return operation === 'Apply' ? name : `${name} using ${apiVersion}`
}
