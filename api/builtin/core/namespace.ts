/** A room for names. */
import { NAME_COLUMN } from '../../columns.ts'
import { NAMESPACE_FINALIZER } from '../../metadata/finalizers.ts'
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
    selectableFields: ['status.phase', 'name'],
    fieldOf: ({ metadata, status }, field) => (field === 'name' ? metadata.name : status?.phase) ?? '',
  },
})

/** So that a label selector can name a namespace. */
function labelWithName({ metadata }: Namespace): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
}
