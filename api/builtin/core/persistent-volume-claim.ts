/** A wish for storage. */
import type { PersistentVolumeClaim } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { persistentVolumeClaimColumns } from './persistent-volume-claim/columns.ts'
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
  rules: { generation: 'none', returnsDeleted: true },
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
