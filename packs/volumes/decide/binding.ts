/**
 * How claims and volumes come together. Pure; each step can be done again, and the next look goes on from wherever the
 * last one was cut off.
 *
 *     claim ──matches──► volume.spec.claimRef ──► claim.spec.volumeName, bind-completed ──► Bound
 *       └── no volume, but a class ──► storage-provisioner ──► a volume that says whose it is ──► as above
 *
 * Source: kubernetes pkg/controller/volume/persistentvolume.
 */

import { compareQuantities, parseQuantity } from '@muster/api/quantity.ts'
import { matchesNodeSelector } from '@muster/api/scheduling/node-affinity.ts'
import { filterOfSelector } from '@muster/api/selector/label-selector.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import type { Node, PersistentVolume, PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, PROVISIONER, SELECTED_NODE } from '../words.ts'

/** What is looked at for a claim. */
export interface ClaimSight {
  readonly claim: PersistentVolumeClaim
  readonly volumes: Iterable<PersistentVolume>
  readonly storageClass: StorageClass | undefined
  /** The node that the scheduler has chosen, when there is one and it is known. */
  readonly node: Node | undefined
}

/** What to do about a claim. */
export type ClaimStep =
  /** The volume is to say that it is the claim's. */
  | { readonly do: 'reserve'; readonly volume: PersistentVolume }
  /** The claim is to say which volume it has. */
  | { readonly do: 'bind'; readonly volume: PersistentVolume; readonly isChosen: boolean }
  | { readonly do: 'say-bound'; readonly volume: PersistentVolume }
  | { readonly do: 'say-lost' }
  | { readonly do: 'say-pending' }
  | { readonly do: 'await-provisioner'; readonly provisioner: string }
  | { readonly do: 'tell'; readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }

/** Nothing provisions volumes of a class that names this. */
const NO_PROVISIONER = 'kubernetes.io/no-provisioner'

/** The steps for a claim. */
export function decideClaim(sight: ClaimSight): readonly ClaimStep[] {
  const { claim } = sight
  if (claim.metadata.deletionTimestamp !== undefined) return []
  const volumes = [...sight.volumes]
  if (isBindingComplete(claim)) return decideBound(claim, volumes)
  const asked = claim.spec?.volumeName
  const volume = asked ? volumes.find(({ metadata }) => metadata.name === asked) : findVolume(sight, volumes)
  if (volume && (!volume.spec?.claimRef || isFor(volume, claim)))
    return [
      ...(hasUid(volume, claim) ? [] : [{ do: 'reserve' as const, volume }]),
      { do: 'bind', volume, isChosen: !asked },
    ]
  return asked ? pending(claim) : decideUnmatched(sight)
}

/** One that was bound once is as its spec says, or lost. */
function decideBound(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[]): readonly ClaimStep[] {
  const volume = volumes.find(({ metadata }) => metadata.name === claim.spec?.volumeName)
  if (!volume || (volume.spec?.claimRef && !isFor(volume, claim)))
    return claim.status?.phase === 'Lost'
      ? []
      : [
          { do: 'say-lost' },
          {
            do: 'tell',
            type: 'Warning',
            reason: volume ? 'ClaimMisbound' : 'ClaimLost',
            message: volume
              ? 'Two claims are bound to the same volume, this one is bound incorrectly'
              : 'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
          },
        ]
  const reserve = hasUid(volume, claim) ? [] : [{ do: 'reserve' as const, volume }]
  return claim.status?.phase === 'Bound' ? reserve : [...reserve, { do: 'say-bound', volume }]
}

function decideUnmatched({ claim, storageClass }: ClaimSight): readonly ClaimStep[] {
  const name = claim.spec?.storageClassName ?? ''
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): ClaimStep => ({
    do: 'tell',
    type,
    reason,
    message,
  })
  if (name === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return [...pending(claim), tell('Normal', 'FailedBinding', message)]
  }
  if (!storageClass)
    return [...pending(claim), tell('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`)]
  if (isLate(storageClass) && claim.metadata.annotations?.[SELECTED_NODE] === undefined)
    return [
      ...pending(claim),
      tell('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding'),
    ]
  const { provisioner } = storageClass
  if (provisioner === NO_PROVISIONER) return pending(claim)
  const isAsked = claim.metadata.annotations?.[PROVISIONER] === provisioner
  return [
    ...pending(claim),
    ...(isAsked ? [] : [{ do: 'await-provisioner' as const, provisioner }]),
    tell(
      'Normal',
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
    ),
  ]
}

const pending = ({ status }: PersistentVolumeClaim): readonly ClaimStep[] =>
  status?.phase === 'Pending' ? [] : [{ do: 'say-pending' }]

/** The smallest volume that will do; one that says it is the claim's comes first. */
function findVolume({ claim, storageClass, node }: ClaimSight, volumes: readonly PersistentVolume[]) {
  const own = volumes.find((volume) => volume.spec?.claimRef && isFor(volume, claim))
  if (own) return own
  // Whose first user has no node yet might get one that no user can reach.
  if (isLate(storageClass) && claim.metadata.annotations?.[SELECTED_NODE] === undefined) return undefined
  return volumes
    .filter((volume) => !volume.spec?.claimRef && fits(volume, claim, node))
    .toSorted(
      (one, other) => compareQuantities(sizeOf(one), sizeOf(other)) || (nameOf(one) < nameOf(other) ? -1 : 1),
    )[0]
}

function fits(volume: PersistentVolume, { spec: wanted = {} }: PersistentVolumeClaim, node: Node | undefined): boolean {
  const { metadata, spec = {}, status } = volume
  if (metadata.deletionTimestamp !== undefined || (status?.phase !== undefined && status.phase !== 'Available'))
    return false
  if ((spec.storageClassName ?? '') !== (wanted.storageClassName ?? '')) return false
  if ((spec.volumeMode ?? 'Filesystem') !== (wanted.volumeMode ?? 'Filesystem')) return false
  const modes = new Set(spec.accessModes)
  if (!(wanted.accessModes ?? []).every((mode) => modes.has(mode))) return false
  if (wanted.selector && !matchesLabels(filterOfSelector(wanted.selector), metadata.labels)) return false
  const asked = parseQuantity(wanted.resources?.requests?.storage ?? '0')
  if (compareQuantities(sizeOf(volume), asked) < 0) return false
  const reach = spec.nodeAffinity?.required
  return !reach || !node || matchesNodeSelector(reach, node)
}

const isLate = (storageClass: StorageClass | undefined): boolean =>
  storageClass?.volumeBindingMode === 'WaitForFirstConsumer'

const sizeOf = ({ spec }: PersistentVolume) => parseQuantity(spec?.capacity?.storage ?? '0')
const nameOf = ({ metadata }: PersistentVolume): string => metadata.name ?? ''

const isBindingComplete = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec?.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined

/** True when a volume says that it is the claim's, or that of one with its name, whichever that will be. */
function isFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { namespace, name, uid } = spec?.claimRef ?? {}
  return namespace === metadata.namespace && name === metadata.name && (!uid || uid === metadata.uid)
}

const hasUid = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean =>
  spec?.claimRef?.uid === metadata.uid

/** What becomes of a volume: its phase, and whether it may go. */
export interface VolumeDecision {
  readonly phase: 'Available' | 'Bound' | 'Released'
  /** Its claim is gone, and it is to go with it. */
  readonly isToGo: boolean
}

/** Told from the claim that the volume names, if there is one of that name. */
export function decideVolume(
  { spec = {} }: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): VolumeDecision {
  const { claimRef, persistentVolumeReclaimPolicy: policy } = spec
  // Kept for a claim that is yet to come.
  if (!claimRef?.uid) return { phase: 'Available', isToGo: false }
  if (claim?.metadata.uid === claimRef.uid) return { phase: 'Bound', isToGo: false }
  return { phase: 'Released', isToGo: policy === 'Delete' }
}

/** How a claim that is bound says so. */
export const boundAnnotations = (isChosen: boolean): Readonly<Record<string, string>> => ({
  [BIND_COMPLETED]: 'yes',
  ...(isChosen ? { [BOUND_BY_CONTROLLER]: 'yes' } : {}),
})
