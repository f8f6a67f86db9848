/**
 * Who owns the claims of a StatefulSet's pod, so that they are collected when their policy says so.
 *
 *     whenScaled  whenDeleted   pod wanted   pod to go
 *     Retain      Retain        nobody       nobody
 *     Retain      Delete        the set      the set
 *     Delete      Retain        nobody       the pod
 *     Delete      Delete        the set      the pod
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod).
 */
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject, OwnerReference } from '@muster/api/object.ts'
import type { StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import { isWanted } from './stateful-identity.ts'

/** What becomes of the owners of a claim. */
export type ClaimOwners =
  | { readonly owners: 'right' }
  /** `conflicting`: somebody else manages the claim, so that the policy is not followed. */
  | { readonly owners: 'write'; readonly references: readonly OwnerReference[]; readonly conflicting: boolean }

/** What the owners of a claim should be. Owners of the same name and another uid are of an earlier life: hands off. */
export function decideClaimOwners(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): ClaimOwners {
  const references = claim.metadata.ownerReferences ?? []
  if (isStale(references, set) || isStale(references, pod)) return { owners: 'right' }
  const others = references.filter((one) => !isNamed(one, set) && !isNamed(one, pod))
  const ours = references.filter(({ uid }) => uid === set.metadata.uid || uid === pod.metadata.uid)
  if (policyOf(set).isAny && others.some(({ controller }) => controller === true)) {
    return ours.length === 0 ? { owners: 'right' } : { owners: 'write', references: others, conflicting: true }
  }
  const owner = ownerOf(set, pod)
  const isRight =
    ours.every(({ controller }) => controller === true) &&
    ours.length === (owner ? 1 : 0) &&
    ours.every(({ uid }) => uid === owner?.metadata.uid)
  if (isRight) return { owners: 'right' }
  return { owners: 'write', references: owner ? [...others, controllerReference(owner)] : others, conflicting: false }
}

/** True when a claim still belongs to a pod of this name that is gone: no pod may be made before the claim is collected. */
export const isClaimOfEarlierPod = (set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): boolean =>
  policyOf(set).whenScaled === 'Delete' && isStale(claim.metadata.ownerReferences ?? [], pod)

function policyOf({ spec }: StatefulSet) {
  const { whenScaled = 'Retain', whenDeleted = 'Retain' } = spec?.persistentVolumeClaimRetentionPolicy ?? {}
  return { whenScaled, whenDeleted, isAny: whenScaled !== 'Retain' || whenDeleted !== 'Retain' }
}

function ownerOf(set: StatefulSet, pod: Pod): KubeObject | undefined {
  const { whenScaled, whenDeleted } = policyOf(set)
  if (whenScaled === 'Delete' && !isWanted(set, pod)) return pod
  return whenDeleted === 'Delete' ? set : undefined
}

const isNamed = ({ apiVersion, kind, name }: OwnerReference, object: KubeObject): boolean =>
  apiVersion === object.apiVersion && kind === object.kind && name === object.metadata.name

const isStale = (references: readonly OwnerReference[], object: KubeObject): boolean => {
  const named = references.find((one) => isNamed(one, object))
  return named !== undefined && named.uid !== object.metadata.uid
}
