/**
 * A claim grows only when it is bound and its storage class says that volumes may.
 * Source: kubernetes plugin/pkg/admission/storage/persistentvolume/resize.
 */
import { compareQuantities, parseQuantity } from '@muster/api/quantity.ts'
import type { PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import { isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionStep, refusal } from '../admission.ts'
import { itself } from '../handles.ts'

const isClaim = isKind<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim')
const isStorageClass = isKind<StorageClass>('storage.k8s.io/v1', 'StorageClass')

/** The step. */
export const persistentVolumeClaimResize: AdmissionStep = {
  name: 'PersistentVolumeClaimResize',
  handles: itself('', 'persistentvolumeclaims', 'update'),
  validate: async (request, context) => {
    if (request.verb !== 'update' || !isClaim(request.object) || !isClaim(request.old)) return undefined
    const { object, old } = request
    if (compareQuantities(sizeOf(object), sizeOf(old)) <= 0) return undefined
    if (old.status?.phase !== 'Bound') throw refusal(request, 'Only bound persistent volume claims can be expanded')
    if (!(await mayGrow(object, old, context))) {
      throw refusal(
        request,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      )
    }
    return undefined
  },
}

const sizeOf = ({ spec }: PersistentVolumeClaim) => parseQuantity(spec?.resources?.requests?.storage ?? '0')

const classOf = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? ''

async function mayGrow(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  { reads }: AdmissionContext,
): Promise<boolean> {
  const name = classOf(claim)
  if (name === '' || name !== classOf(old)) return false
  const found = await reads.get({ group: 'storage.k8s.io', resource: 'storageclasses' }, '', name)
  return found !== undefined && isStorageClass(found) && found.allowVolumeExpansion === true
}
