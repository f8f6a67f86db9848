/** A piece of storage of the whole cluster. */
import type { PersistentVolume } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { persistentVolumeColumns } from './persistent-volume/columns.ts'
import { roundResources } from './resource-list.ts'

/** PersistentVolume. Source: kubernetes pkg/registry/core/persistentvolume. */
export const persistentVolume = builtIn<PersistentVolume>({
  group: '',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default: defaultVolume,
      columns: persistentVolumeColumns,
      subresources: { status: true },
    },
  ],
  rules: { generation: 'none', returnsDeleted: true },
})

function defaultVolume(volume: PersistentVolume): void {
  volume.status = { ...volume.status, phase: volume.status?.phase || 'Pending' }
  volume.spec ??= {}
  volume.spec.persistentVolumeReclaimPolicy ||= 'Retain'
  volume.spec.volumeMode ??= 'Filesystem'
  roundResources(volume.spec.capacity)
}
