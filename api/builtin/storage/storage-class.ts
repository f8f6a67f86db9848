/** How volumes are provisioned for those who ask for them. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, duplicate, type FieldError, type FieldPath, index, notSupported, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { validateLabelKey } from '../../metadata/labels.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { TopologySelectorTerm } from '../../types/core-v1.ts'
import type { StorageClass } from '../../types/storage-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { sayDeprecatedLabel } from '../deprecated-labels.ts'
import { immutable } from '../immutable.ts'
import { validateParameters, validateProvisioner } from './parameters.ts'

/** StorageClass. Source: kubernetes pkg/registry/storage/storageclass, pkg/apis/storage. */
export const storageClass = builtIn<StorageClass>({
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default(storage) {
        storage.reclaimPolicy ??= 'Delete'
        storage.volumeBindingMode ??= 'Immediate'
      },
      columns: [
        {
          ...NAME_COLUMN,
          cell: (storage) => `${storage.metadata.name ?? ''}${isDefault(storage) ? ' (default)' : ''}`,
        },
        column('Provisioner', 'provisioner indicates the type of the provisioner.', ({ provisioner }) => provisioner),
        column(
          'ReclaimPolicy',
          'reclaimPolicy controls the reclaimPolicy for dynamically provisioned PersistentVolumes of this storage class. Defaults to Delete.',
          ({ reclaimPolicy = 'Delete' }) => reclaimPolicy,
        ),
        column(
          'VolumeBindingMode',
          'volumeBindingMode indicates how PersistentVolumeClaims should be provisioned and bound.  When unset, VolumeBindingImmediate is used. This field is only honored by servers that enable the VolumeScheduling feature.',
          ({ volumeBindingMode = 'Immediate' }) => volumeBindingMode,
        ),
        column(
          'AllowVolumeExpansion',
          'allowVolumeExpansion shows whether the storage class allow volume expand.',
          ({ allowVolumeExpansion = false }) => allowVolumeExpansion,
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    validate: ({ metadata, provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateProvisioner(provisioner, 'provisioner'),
      ...validateParameters(parameters, 'parameters'),
      ...(reclaimPolicy ? validateOneOf(reclaimPolicy, RECLAIM_POLICIES, 'reclaimPolicy') : []),
      ...(volumeBindingMode === undefined
        ? [required('volumeBindingMode')]
        : validateOneOf(volumeBindingMode, BINDING_MODES, 'volumeBindingMode')),
      ...validateTopologies(allowedTopologies ?? [], 'allowedTopologies'),
    ],
    validateUpdate: (storage, old) => IMMUTABLE.flatMap((field) => immutable(field, storage[field], old[field])),
    warnings: ({ allowedTopologies }) =>
      (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, at) =>
        (matchLabelExpressions ?? []).flatMap(({ key }, place) => {
          const why = sayDeprecatedLabel(key)
          const path = child(index(child(index('allowedTopologies', at), 'matchLabelExpressions'), place), 'key')
          return why ? [`${path}: ${why}`] : []
        }),
      ),
  },
})

const RECLAIM_POLICIES = ['Delete', 'Retain']
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer']
const IMMUTABLE = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

const isDefault = ({ metadata: { annotations } }: StorageClass): boolean =>
  DEFAULT_CLASS.some((annotation) => annotations?.[annotation] === 'true')

const validateOneOf = (value: string, supported: readonly string[], path: FieldPath): FieldError[] =>
  supported.includes(value) ? [] : [notSupported(path, value, supported)]

function validateTopologies(terms: readonly TopologySelectorTerm[], path: FieldPath): FieldError[] {
  const meanings: Readonly<Record<string, readonly string[]>>[] = []
  return terms.flatMap((term, at) => {
    const own = child(index(path, at), 'matchLabelExpressions')
    const errors = validateTerm(term, own)
    const meaning = Object.fromEntries(
      (term.matchLabelExpressions ?? []).map(({ key, values }) => [key, (values ?? []).toSorted()]),
    )
    // A term that says nothing counts as said before: Kubernetes compares it with empty places of a list.
    const isTwice = Object.keys(meaning).length === 0 || meanings.some((other) => sameMeaning(other, meaning))
    meanings.push(meaning)
    return isTwice ? [...errors, duplicate(own, '')] : errors
  })
}

function validateTerm({ matchLabelExpressions }: TopologySelectorTerm, path: FieldPath): FieldError[] {
  const expressions = matchLabelExpressions ?? []
  return expressions.flatMap(({ key, values: given }, at) => {
    const values = given ?? []
    const own = index(path, at)
    return [
      ...(values.length === 0 ? [required(child(own, 'values'))] : []),
      ...values.flatMap((value, place) =>
        values.indexOf(value) < place ? [duplicate(index(child(own, 'values'), place), value)] : [],
      ),
      ...validateLabelKey(key, child(own, 'key')),
      ...(expressions.findIndex((other) => other.key === key) < at ? [duplicate(child(own, 'key'), key)] : []),
    ]
  })
}
