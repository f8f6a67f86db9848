/** The spec of a claim as Go prints it: every field, under its name in Go. Source: kubernetes pkg/apis/core/types.go. */
import type { PersistentVolumeClaimSpec } from '../../../types/core-v1.ts'
import { goFields } from '../../go-fields.ts'

/** For the message about a spec that may not change. */
export const goSpec = (spec: PersistentVolumeClaimSpec): object => ({
  AccessModes: spec.accessModes ?? null,
  Selector: spec.selector ?? null,
  Resources: { Limits: spec.resources?.limits ?? null, Requests: spec.resources?.requests ?? null },
  VolumeName: spec.volumeName ?? '',
  StorageClassName: spec.storageClassName ?? null,
  VolumeMode: spec.volumeMode ?? null,
  DataSource: goFields(spec.dataSource, { apiGroup: 'APIGroup', kind: 'Kind', name: 'Name' }),
  DataSourceRef: goFields(spec.dataSourceRef, {
    apiGroup: 'APIGroup',
    kind: 'Kind',
    name: 'Name',
    namespace: 'Namespace',
  }),
  VolumeAttributesClassName: spec.volumeAttributesClassName ?? null,
})
