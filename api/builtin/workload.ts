/** What the controllers of pods have in common: their template, their selector, and their counts. */
import { child, type FieldError, type FieldPath, forbidden, invalid, notSupported, required } from '../field-error.ts'
import type { RuleContext } from '../kind.ts'
import type { KubeObject } from '../object.ts'
import { sameMeaning } from '../same-meaning.ts'
import { filterOfSelector, type LabelSelector, validateLabelSelector } from '../selector/label-selector.ts'
import { type LabelFilter, matchesLabels } from '../selector/labels.ts'
import type { PodTemplateSpec } from '../types/core-v1.ts'
import { nonNegative } from './checks.ts'
import { goLabels, goSelector } from './go-selector.ts'

/**
 * A write of the scale is one of the spec, and counts as such. Everything else that counts is counted by the server.
 * Source: kubernetes pkg/registry/apps PrepareForUpdate.
 */
export function countScaling(object: KubeObject, old: KubeObject, { subresource }: RuleContext): void {
  if (subresource !== 'scale' || sameMeaning(object.spec, old.spec)) return
  object.metadata.generation = (old.metadata.generation ?? 0) + 1
}

/** A selector must be there, and choose something. `what` is how the message calls the kind. */
export function validateSelector(selector: LabelSelector | undefined, what: string, path: FieldPath): FieldError[] {
  if (!selector) return [required(path)]
  return [
    ...validateLabelSelector(selector, path),
    ...(isEmptySelector(selector)
      ? [invalid(path, goSelector(selector), `empty selector is invalid for ${what}`)]
      : []),
  ]
}

/** True for a selector that says nothing. */
export const isEmptySelector = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0

/** The filter of a selector; undefined for one that is none. */
export function tryFilter(selector: LabelSelector | undefined): LabelFilter | undefined {
  try {
    return filterOfSelector(selector)
  } catch {
    // What is wrong with it has been said by then.
    return undefined
  }
}

/** The pods of a template must be chosen. An empty filter asks for nothing. */
export function validateChosen(
  filter: LabelFilter,
  template: PodTemplateSpec | undefined,
  path: FieldPath,
): FieldError[] {
  const { labels } = template?.metadata ?? {}
  if (filter.length === 0 || matchesLabels(filter, labels)) return []
  const place = child(path, 'metadata', 'labels')
  return [invalid(place, goLabels(labels), '`selector` does not match template `labels`')]
}

/** Who keeps pods running wants them to begin anew, always, and never to end. */
export function validateRunsOn(template: PodTemplateSpec | undefined, kind: string, path: FieldPath): FieldError[] {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {}
  const specPath = child(path, 'spec')
  return [
    ...(restartPolicy === 'Always' ? [] : [notSupported(child(specPath, 'restartPolicy'), restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [forbidden(child(specPath, 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`)]),
  ]
}

/** Counts by the names of their fields. */
export type Counts = object

/** None of the counts is below zero. */
export const validateCounts = (counts: Counts | undefined, fields: readonly string[], path: FieldPath): FieldError[] =>
  fields.flatMap((field) => nonNegative(countOf(counts, field), child(path, field)))

/** A part is not more than the whole; the whole is 0 where nothing is said. */
export const validateParts = (
  counts: Counts | undefined,
  parts: readonly string[],
  whole: string,
  said: string,
  path: FieldPath,
): FieldError[] =>
  parts.flatMap((part) => {
    const count = countOf(counts, part) ?? 0
    return count > (countOf(counts, whole) ?? 0)
      ? [invalid(child(path, part), count, `cannot be greater than ${said}`)]
      : []
  })

/** Collisions are only ever counted up. */
export function validateCollisions(
  { collisionCount: next }: { readonly collisionCount?: number } = {},
  { collisionCount: old }: { readonly collisionCount?: number } = {},
): FieldError[] {
  const isLess = old !== undefined && (next === undefined || next < old)
  return isLess ? [invalid('status.collisionCount', next ?? 0, 'cannot be decremented')] : []
}

function countOf(counts: Counts | undefined, field: string): number | undefined {
  const value = new Map<string, unknown>(Object.entries(counts ?? {})).get(field)
  return typeof value === 'number' ? value : undefined
}
