/**
 * The rules that the metadata of every object keeps. They run after the rules of the kind, so that what is special is
 * said first. Source: apimachinery pkg/api/validation/objectmeta.go.
 */
import { child, type FieldError, type FieldPath, forbidden, invalid, required } from '../field-error.ts'
import { checkLabel } from '../names.ts'
import type { ObjectMeta } from '../object.ts'
import { validateFinalizers, validateNoNewFinalizers } from './finalizers.ts'
import { validateAnnotations, validateLabels } from './labels.ts'
import { validateManagedFields } from './managed-fields.ts'
import { checkObjectName, type NameRule } from './object-name.ts'
import { validateOwnerReferences } from './owner-references.ts'

/** What the rules need to know of the kind. */
export interface MetadataRules {
  readonly scope: 'Namespaced' | 'Cluster'
  readonly name: NameRule
}

/** Metadata is decoded and has been given its name: see system-fields.ts. */
export function validateObjectMeta(
  metadata: ObjectMeta,
  { scope, name: rule }: MetadataRules,
  path: FieldPath = 'metadata',
): FieldError[] {
  const { name = '', generateName = '', generation = 0 } = metadata
  return [
    ...(generateName === '' ? [] : checkObjectName(rule, generateName, 'prefix')).map((why) =>
      invalid(child(path, 'generateName'), generateName, why),
    ),
    ...(name === ''
      ? [required(child(path, 'name'), 'name or generateName is required')]
      : checkObjectName(rule, name).map((why) => invalid(child(path, 'name'), name, why))),
    ...validateNamespace(metadata.namespace ?? '', scope, child(path, 'namespace')),
    ...(generation < 0 ? [invalid(child(path, 'generation'), generation, 'must be greater than or equal to 0')] : []),
    ...validateLabels(metadata.labels, child(path, 'labels')),
    ...validateAnnotations(metadata.annotations, child(path, 'annotations')),
    ...validateOwnerReferences(metadata.ownerReferences, child(path, 'ownerReferences')),
    ...validateFinalizers(metadata.finalizers, child(path, 'finalizers')),
    ...validateManagedFields(metadata.managedFields, child(path, 'managedFields')),
  ]
}

/** What may not change. Kubernetes runs {@link validateObjectMeta} on the new metadata as well, before this. */
export function validateObjectMetaUpdate(
  metadata: ObjectMeta,
  old: ObjectMeta,
  path: FieldPath = 'metadata',
): FieldError[] {
  const { resourceVersion = '', generation = 0 } = metadata
  const errors: FieldError[] = []
  if (old.deletionTimestamp) {
    errors.push(...validateNoNewFinalizers(metadata.finalizers, old.finalizers, child(path, 'finalizers')))
  }
  if (resourceVersion === '') {
    errors.push(invalid(child(path, 'resourceVersion'), '', 'must be specified for an update'))
  }
  if (generation < (old.generation ?? 0)) {
    errors.push(invalid(child(path, 'generation'), generation, 'must not be decremented'))
  }
  for (const field of IMMUTABLE_TEXTS) {
    errors.push(...validateImmutable(metadata[field] ?? '', old[field] ?? '', child(path, field)))
  }
  for (const field of IMMUTABLE_OPTIONALS) {
    errors.push(...validateImmutable(metadata[field] ?? null, old[field] ?? null, child(path, field)))
  }
  return [
    ...errors,
    ...validateLabels(metadata.labels, child(path, 'labels')),
    ...validateAnnotations(metadata.annotations, child(path, 'annotations')),
    ...validateOwnerReferences(metadata.ownerReferences, child(path, 'ownerReferences')),
    ...validateManagedFields(metadata.managedFields, child(path, 'managedFields')),
  ]
}

const IMMUTABLE_TEXTS = ['name', 'namespace', 'uid'] as const
const IMMUTABLE_OPTIONALS = ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const

function validateNamespace(namespace: string, scope: MetadataRules['scope'], path: FieldPath): FieldError[] {
  if (scope === 'Cluster') return namespace === '' ? [] : [forbidden(path, 'not allowed on this type')]
  if (namespace === '') return [required(path)]
  return checkLabel(namespace).map((why) => invalid(path, namespace, why))
}

const validateImmutable = <Value>(value: Value, old: Value, path: FieldPath): FieldError[] =>
  value === old ? [] : [invalid(path, value, 'field is immutable')]
