/** The table of claims. Source: kubernetes pkg/printers/internalversion printPersistentVolumeClaim. */
import type { Column } from '../../../columns.ts'
import { NAME_COLUMN } from '../../../columns.ts'
import { canonicalQuantity } from '../../../quantity.ts'
import type { PersistentVolumeClaim } from '../../../types/core-v1.ts'
import { AGE_COLUMN, column } from '../../columns.ts'
import { STORAGE_CLASS_ANNOTATION, sayAccessModes } from '../access-modes.ts'

/** What `kubectl get persistentvolumeclaims` shows. What is asked for is not what is there until a volume is bound. */
export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  NAME_COLUMN,
  column('Status', 'phase represents the current phase of PersistentVolumeClaim.', ({ metadata, status }) =>
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column(
    'Volume',
    'volumeName is the binding reference to the PersistentVolume backing this claim.',
    ({ spec }) => spec?.volumeName ?? '',
  ),
  column('Capacity', 'capacity represents the actual resources of the underlying volume.', ({ spec, status }) =>
    spec?.volumeName ? canonicalQuantity(status?.capacity?.storage ?? '0') : '',
  ),
  column(
    'Access Modes',
    'accessModes contains the actual access modes the volume backing the PVC has. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes-1',
    ({ spec, status }) => (spec?.volumeName ? sayAccessModes(status?.accessModes) : ''),
  ),
  column(
    'StorageClass',
    'StorageClass of the pvc',
    ({ metadata, spec }) => metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
  ),
  column(
    'VolumeAttributesClass',
    'VolumeAttributesClass of the pvc',
    ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
  ),
  AGE_COLUMN,
  column(
    'VolumeMode',
    'volumeMode defines what type of volume is required by the claim. Value of Filesystem is implied when not included in claim spec.',
    ({ spec }) => spec?.volumeMode ?? '<unset>',
    { priority: 1 },
  ),
]
