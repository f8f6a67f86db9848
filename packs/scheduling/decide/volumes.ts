/** What the claims of a pod ask of its node. Source: kube-scheduler plugins/volumebinding. */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import { NO_VOLUMES, type VolumeNeeds } from '@muster/kernel/placement/pod-shape.ts'

/** Where claims, volumes and classes are found. */
export interface Storage {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  storageClass(name: string): StorageClass | undefined
}

/** Says on a claim where its first user will be. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

interface UsedClaim {
  readonly name: string
  /** Made for the pod, by somebody else, soon. */
  readonly isEphemeral: boolean
}

/** The claims that a pod uses, by name. */
export const claimsUsed = ({ metadata, spec }: Pod): readonly UsedClaim[] =>
  (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }): UsedClaim[] => {
    if (persistentVolumeClaim) return [{ name: persistentVolumeClaim.claimName, isEphemeral: false }]
    return ephemeral ? [{ name: `${metadata.name}-${name}`, isEphemeral: true }] : []
  })

/** What a pod's claims ask, as things are. */
export function volumeNeeds(pod: Pod, storage: Storage): VolumeNeeds {
  const used = claimsUsed(pod)
  if (used.length === 0) return NO_VOLUMES
  const reachable: VolumeNeeds['reachable'][number][] = []
  for (const { name, isEphemeral } of used) {
    const claim = storage.claim(pod.metadata.namespace ?? '', name)
    const refusal = whyNotReady(claim, name, isEphemeral, storage)
    if (refusal !== undefined) return { reachable: [], refusal }
    const required = storage.volume(claim?.spec?.volumeName ?? '')?.spec?.nodeAffinity?.required
    if (required) reachable.push(required)
    const selected = claim && !isBound(claim) ? claim.metadata.annotations?.[SELECTED_NODE] : undefined
    if (selected) {
      const itsNode = { key: 'metadata.name', operator: 'In', values: [selected] }
      reachable.push({ nodeSelectorTerms: [{ matchFields: [itsNode] }] })
    }
  }
  return { reachable }
}

/** Claims that get a volume only when it is known where their first user will be. */
export const claimsToSettle = (pod: Pod, storage: Storage): readonly PersistentVolumeClaim[] =>
  claimsUsed(pod).flatMap(({ name }) => {
    const claim = storage.claim(pod.metadata.namespace ?? '', name)
    return claim && !isBound(claim) ? [claim] : []
  })

/** Source: volumebinding isVolumeBound. */
const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec?.volumeName) && metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined

function whyNotReady(
  claim: PersistentVolumeClaim | undefined,
  name: string,
  isEphemeral: boolean,
  storage: Storage,
): string | undefined {
  if (!claim) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`
  }
  const { metadata, spec, status } = claim
  if (status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${spec?.volumeName ?? ''}"`
  }
  if (metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`
  if (isBound(claim)) {
    const volume = spec?.volumeName ?? ''
    return storage.volume(volume)
      ? undefined
      : 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'
  }
  const bindsLate = storage.storageClass(spec?.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer'
  return bindsLate && !spec?.volumeName ? undefined : 'pod has unbound immediate PersistentVolumeClaims'
}
