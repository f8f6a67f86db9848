/** A piece of storage of the whole cluster. */
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { PersistentVolume } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { persistentVolumeColumns } from './persistent-volume/columns.ts'
import { validateVolume, validateVolumeChange, warnOfVolume } from './persistent-volume/validate.ts'
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
  rules: {
    generation: 'none',
    returnsDeleted: true,
    prepareForCreate(volume, { now }) {
      volume.status = { phase: 'Pending', lastPhaseTransitionTime: now }
    },
    prepareForUpdate(volume, old, { subresource, now }) {
      if (subresource === 'status') recordPhase(volume, old, now)
    },
    validate: (volume, { subresource }) =>
      subresource === 'status'
        ? []
        : [...validateBuiltInFinalizers(volume.metadata.finalizers, 'metadata.finalizers'), ...validateVolume(volume)],
    validateUpdate: (volume, old, { subresource }) =>
      subresource === 'status' ? [] : validateVolumeChange(volume, old),
    warnings: warnOfVolume,
    selectableFields: ['name'],
    fieldOf: ({ metadata }) => metadata.name ?? '',
  },
})

function defaultVolume(volume: PersistentVolume): void {
  volume.status = { ...volume.status, phase: volume.status?.phase || 'Pending' }
  volume.spec ??= {}
  volume.spec.persistentVolumeReclaimPolicy ||= 'Retain'
  volume.spec.volumeMode ??= 'Filesystem'
  if (volume.spec.hostPath) volume.spec.hostPath.type ??= ''
  roundResources(volume.spec.capacity)
}

/** Since when it is in its phase; what the client says of that counts, if it is news. */
function recordPhase({ status }: PersistentVolume, { status: old = {} }: PersistentVolume, now: string): void {
  if (!status) return
  const { lastPhaseTransitionTime: before } = old
  const isSaid = status.lastPhaseTransitionTime !== undefined && status.lastPhaseTransitionTime !== before
  if (status.phase !== old.phase) {
    if (!isSaid) status.lastPhaseTransitionTime = now
  } else if (status.lastPhaseTransitionTime === undefined && before !== undefined) {
    status.lastPhaseTransitionTime = before
  }
}
