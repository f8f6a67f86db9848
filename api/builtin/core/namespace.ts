/** A room for names. */
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, index, invalid } from '../../field-error.ts'
import { NAMESPACE_FINALIZER, validateBuiltInFinalizers, validateFinalizers } from '../../metadata/finalizers.ts'
import type { Namespace } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** Namespace. Source: kubernetes pkg/registry/core/namespace. */
export const namespace = builtIn<Namespace>({
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  versions: [
    {
      name: 'v1',
      default: labelWithName,
      subresources: { status: true, others: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }] },
      columns: [
        NAME_COLUMN,
        column('Status', 'The status of the namespace', ({ status }) => status?.phase ?? ''),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    name: 'dns-label',
    returnsDeleted: 'unpublished',
    prepareForCreate(object) {
      object.status = { phase: 'Active' }
      const finalizers = object.spec?.finalizers ?? []
      if (!finalizers.includes(NAMESPACE_FINALIZER)) {
        object.spec = { ...object.spec, finalizers: [...finalizers, NAMESPACE_FINALIZER] }
      }
      labelWithName(object)
    },
    prepareForUpdate(object, old, { subresource }) {
      if (subresource !== 'finalize') object.spec = { ...old.spec }
      labelWithName(object)
    },
    isHeld: ({ spec }) => (spec?.finalizers ?? []).length > 0,
    whenMarked(object) {
      object.status = { ...object.status, phase: 'Terminating' }
      delete object.metadata.deletionGracePeriodSeconds
    },
    validate: (object, { subresource }) =>
      subresource === 'status'
        ? []
        : [
            ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
            ...validateOwnFinalizers(object, subresource),
          ],
    validateUpdate: (object, _old, { subresource }) => (subresource === 'status' ? validatePhase(object) : []),
    selectableFields: ['status.phase', 'name'],
    fieldOf: ({ metadata, status }, field) => (field === 'name' ? metadata.name : status?.phase) ?? '',
  },
})

/** What must be done before the namespace may go. Whoever finishes it is told which one is wrong. */
const validateOwnFinalizers = ({ spec }: Namespace, subresource: string): FieldError[] =>
  (spec?.finalizers ?? []).flatMap((finalizer, at) => {
    const path = subresource === 'finalize' ? index('spec.finalizers', at) : 'spec.finalizers'
    const [own, builtIn] = [validateFinalizers([finalizer], path), validateBuiltInFinalizers([finalizer], path)]
    return [...own, ...builtIn].map((error) => ({ ...error, path }))
  })

/** Its phase says whether it is going, and nothing else. */
function validatePhase({ metadata, status }: Namespace): FieldError[] {
  const phase = status?.phase ?? ''
  const expected = metadata.deletionTimestamp ? 'Terminating' : 'Active'
  if (phase === expected) return []
  const when = metadata.deletionTimestamp ? 'is not empty' : 'is empty'
  return [invalid('status.Phase', phase, `may only be '${expected}' if \`deletionTimestamp\` ${when}`)]
}

/** So that a label selector can name a namespace. */
function labelWithName({ metadata }: Namespace): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
}
