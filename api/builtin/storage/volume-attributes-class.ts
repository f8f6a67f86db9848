/** Attributes of a volume that its driver can change while it is in use. */
import { NAME_COLUMN } from '../../columns.ts'
import { forbidden, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { VolumeAttributesClass } from '../../types/storage-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateParameters, validateProvisioner } from './parameters.ts'

/** VolumeAttributesClass. Source: kubernetes pkg/registry/storage/volumeattributesclass, pkg/apis/storage. */
export const volumeAttributesClass = builtIn<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column('DriverName', 'Name of the CSI driver This field is immutable.', ({ driverName }) => driverName),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    validate: ({ metadata, driverName, parameters }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateProvisioner(driverName, 'driverName'),
      ...validateParameters(parameters, 'parameters'),
      ...(Object.keys(parameters ?? {}).length === 0
        ? [required('parameters', 'must contain at least one key/value pair')]
        : []),
    ],
    validateUpdate: ({ driverName, parameters }, old) => [
      ...(driverName === old.driverName ? [] : [forbidden('driverName', 'updates to driverName are forbidden.')]),
      ...(sameMeaning(parameters, old.parameters)
        ? []
        : [forbidden('parameters', 'updates to parameters are forbidden.')]),
    ],
  },
})
