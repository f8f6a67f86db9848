/**
 * What holds data and is to go: it goes when nobody uses it any more. The API server puts a finalizer into each; this is
 * when it is taken out. Source: kubernetes pkg/controller/volume/pvcprotection, pvprotection, vacprotection.
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import type { VolumeAttributesClass } from '@muster/api/types/storage-v1.ts'

/** What a claim, a volume or a class waits with. */
export const PROTECTION = {
  claim: 'kubernetes.io/pvc-protection',
  volume: 'kubernetes.io/pv-protection',
  attributesClass: 'kubernetes.io/vac-protection',
} as const

/** True for one that is to go and waits with this finalizer. */
export const waitsWith = (
  { metadata }: PersistentVolumeClaim | PersistentVolume | VolumeAttributesClass,
  finalizer: string,
): boolean => metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer)

/** The claims that a pod uses: once it is on a node, whether it still runs there or not. */
export function claimsOf({ metadata, spec }: Pod): readonly string[] {
  if (!spec?.nodeName) return []
  // Its agent is through with a pod that is to go at once; what only that pod has need not wait for its finalizers.
  const isShutDown = metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName]
    return ephemeral && !isShutDown ? [`${metadata.name}-${name}`] : []
  })
}

/** True while one of these pods, of the claim's own namespace, uses it. */
export const isClaimUsed = ({ metadata: { name = '' } }: PersistentVolumeClaim, pods: readonly Pod[]): boolean =>
  pods.some((pod) => claimsOf(pod).includes(name))

/** True while a claim is bound to it. */
export const isVolumeUsed = ({ status }: PersistentVolume): boolean => status?.phase === 'Bound'

/** The classes that a claim has, had until a change of it is done, or is to have. */
export const classesOfClaim = ({ spec, status }: PersistentVolumeClaim): readonly string[] =>
  [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name) => name !== undefined)

/** The class that a volume has. */
export const classesOfVolume = ({ spec }: PersistentVolume): readonly string[] =>
  spec?.volumeAttributesClassName === undefined ? [] : [spec.volumeAttributesClassName]
