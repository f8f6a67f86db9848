/**
 * What a kind of write leaves alone: the fields that the server resets after it never count as changed by it.
 * A write of a Deployment resets `status`; a write of its /status resets `spec`.
 *
 * Source: structured-merge-diff v6 fieldpath/set.go (Filter); apiserver registry/rest ResetFieldsStrategy.
 */
import { type FieldSet, recursiveDifference } from './field-set.ts'

/** Answers the part of a set that remains. */
export type FieldFilter = (set: FieldSet) => FieldSet

/** The part of a set that a filter lets through, if there is one. */
export const filterFields = (set: FieldSet, filter: FieldFilter | undefined): FieldSet => (filter ? filter(set) : set)

/** Without these fields and everything below them. */
export const excluding =
  (fields: FieldSet): FieldFilter =>
  (set) =>
    recursiveDifference(set, fields)
