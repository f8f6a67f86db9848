/**
 * What a kind of write leaves alone: the fields that the server resets after it never count as changed by it.
 * A write of a Deployment resets `status`; a write of its /status resets `spec`.
 *
 * Source: structured-merge-diff v6 fieldpath/set.go (Filter); apiserver registry/rest ResetFieldsStrategy.
 */
import {
  type Branches,
  type FieldSet,
  isOwned,
  LEAF,
  NO_FIELDS,
  nodeOf,
  recursiveDifference,
  SELF,
} from './field-set.ts'
import type { PathElement } from './path-element.ts'

/** Answers the part of a set that remains. */
export type FieldFilter = (set: FieldSet) => FieldSet

/** The part of a set that a filter lets through, if there is one. */
export const filterFields = (set: FieldSet, filter: FieldFilter | undefined): FieldSet => (filter ? filter(set) : set)

/** Without these fields and everything below them. */
export const excluding =
  (fields: FieldSet): FieldFilter =>
  (set) =>
    recursiveDifference(set, fields)

/** Stands for every element at its place in a {@link FieldPattern}. */
export const ANY = '*'

/** Steps from the root, some of them {@link ANY}; it matches the fields on the way, the last, and all below that. */
export type FieldPattern = readonly (PathElement | typeof ANY)[]

/** Only fields that match one of these: all that a write of a Pod's /resize may change. */
export const including =
  (...patterns: readonly FieldPattern[]): FieldFilter =>
  (set) =>
    matching(set, patterns)

function matching(set: FieldSet, patterns: readonly FieldPattern[]): FieldSet {
  if (patterns.some((pattern) => pattern.length === 0)) return set
  const matched: Branches = {}
  for (const element in set) {
    const branch = set[element] ?? LEAF
    const further = patterns.filter(([first]) => first === ANY || first === element).map(([, ...rest]) => rest)
    if (element === SELF || further.length === 0) continue
    const node = nodeOf(isOwned(branch), branch === LEAF ? NO_FIELDS : matching(branch, further))
    if (node) matched[element] = node
  }
  return matched
}
