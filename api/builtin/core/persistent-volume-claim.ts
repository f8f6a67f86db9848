/** A wish for storage. */
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { persistentVolumeClaimColumns } from './persistent-volume-claim/columns.ts'
import {
  validateClaimChange,
  validateClaimSpec,
  validateClaimStatus,
  warnOfClaim,
} from './persistent-volume-claim/validate.ts'
import { roundResources } from './resource-list.ts'

/** PersistentVolumeClaim. Source: kubernetes pkg/registry/core/persistentvolumeclaim. */
export const persistentVolumeClaim = builtIn<PersistentVolumeClaim>({
  group: '',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  versions: [
    {
      name: 'v1',
      default: defaultClaim,
      columns: persistentVolumeClaimColumns,
      subresources: { status: true },
    },
  ],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    prepareForCreate(claim) {
      claim.status = { phase: 'Pending' }
      if (claim.spec) prepareSources(claim.spec)
    },
    prepareForUpdate(claim, old, { subresource }) {
      if (subresource !== 'status' && claim.spec) prepareSources(claim.spec, old.spec)
    },
    validate: ({ metadata, spec = {} }, { old, subresource }) =>
      old && subresource === 'status'
        ? []
        : [
            ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
            ...(old ? [] : validateClaimSpec(spec, 'spec')),
          ],
    validateUpdate: (claim, old, { subresource }) =>
      subresource === 'status'
        ? validateClaimStatus(claim)
        : [...validateClaimSpec(claim.spec ?? {}, 'spec', old.spec), ...validateClaimChange(claim, old)],
    warnings: warnOfClaim,
    selectableFields: ['name'],
    fieldOf: ({ metadata }) => metadata.name ?? '',
  },
})

function defaultClaim(claim: PersistentVolumeClaim): void {
  claim.status = { ...claim.status, phase: claim.status?.phase || 'Pending' }
  claim.spec ??= {}
  claim.spec.volumeMode ??= 'Filesystem'
  roundResources(claim.spec.resources?.limits)
  roundResources(claim.spec.resources?.requests)
  roundResources(claim.status.capacity)
  roundResources(claim.status.allocatedResources)
}

/** Each of the two fields for a source of data says what the other says; what the older one cannot mean is dropped. */
function prepareSources(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): void {
  // Data from another namespace is not yet served by default.
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef
  const { dataSource } = spec
  if (dataSource && !spec.dataSourceRef && !old?.dataSource && !isKnownSource(dataSource)) delete spec.dataSource
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource }
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _namespace, ...source } = spec.dataSourceRef
    spec.dataSource = source
  }
}

const isKnownSource = ({ kind, apiGroup }: NonNullable<PersistentVolumeClaimSpec['dataSource']>): boolean =>
  (kind === 'PersistentVolumeClaim' && !apiGroup) ||
  (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io')
