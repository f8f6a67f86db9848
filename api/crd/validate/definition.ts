/** What is wrong with a CustomResourceDefinition. Source: apiextensions pkg/apis/apiextensions/validation. */
import { child, type FieldError, index, invalid } from '../../field-error.ts'
import type { CustomResourceDefinition } from '../../types/apiextensions-v1.ts'
import { isConditionTrue } from '../conditions.ts'
import { validateApproval } from './approval.ts'
import { validateNames } from './names.ts'
import { validateSpec } from './spec.ts'

/**
 * A definition, which has its defaults; beside what is wrong with every metadata. What only a new one must keep is let
 * pass where `old`, the one before an update, is as it is.
 */
export const validateDefinition = (
  definition: CustomResourceDefinition,
  old?: CustomResourceDefinition,
): FieldError[] => [
  ...(old ? [] : validateName(definition)),
  ...validateSpec(definition.spec, 'spec'),
  ...validateStatus(definition),
  ...validateStoredVersions(definition),
  ...validateApproval(definition.spec.group, definition.metadata.annotations, old?.metadata),
  ...(old?.spec.preserveUnknownFields ? [] : validatePreserveUnknown(definition)),
]

/** Names that were accepted, or that somebody wrote into the status. */
export const validateStatus = ({ status }: CustomResourceDefinition): FieldError[] =>
  status?.acceptedNames ? validateNames(status.acceptedNames, 'status.acceptedNames') : []

/** Every version that objects may be stored in must be there, so that they can be read. */
export function validateStoredVersions({ spec, status }: CustomResourceDefinition): FieldError[] {
  const path = 'status.storedVersions'
  const stored = status?.storedVersions ?? []
  if (stored.length === 0)
    return [invalid(path, status?.storedVersions ?? null, 'must have at least one stored version')]
  const places = new Map(stored.map((name, at) => [name, at]))
  const errors: FieldError[] = []
  // A list that nobody gave is null, as Kubernetes prints it.
  for (const { name, storage } of spec.versions ?? []) {
    const isStored = places.delete(name)
    if (storage && !isStored) errors.push(invalid(path, stored, `must have the storage version ${name}`))
  }
  return [...errors, ...[...places].map(([name, at]) => invalid(index(path, at), name, sayMissing(name)))]
}

const sayMissing = (name: string): string =>
  `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`

function validateName({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const { name = '' } = metadata
  if (name === `${spec.names.plural}.${spec.group}`) return []
  return [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]
}

/** What may not change. */
export function validateUnchanged({ spec }: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const keep = (now: string, before: string, path: string): FieldError[] =>
    now === before ? [] : [invalid(path, now, 'field is immutable')]
  // Objects are there under these, once it is established; under the others from the beginning.
  const onceEstablished = isConditionTrue(old, 'Established')
    ? [
        ...keep(spec.scope, old.spec.scope, 'spec.scope'),
        ...keep(spec.names.kind, old.spec.names.kind, child('spec', 'names', 'kind')),
      ]
    : []
  return [
    ...onceEstablished,
    ...keep(spec.group, old.spec.group, 'spec.group'),
    ...keep(spec.names.plural, old.spec.names.plural, child('spec', 'names', 'plural')),
  ]
}

const validatePreserveUnknown = ({ spec }: CustomResourceDefinition): FieldError[] =>
  spec.preserveUnknownFields
    ? [
        invalid(
          'spec.preserveUnknownFields',
          true,
          'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
        ),
      ]
    : []
