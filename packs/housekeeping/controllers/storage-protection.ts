/** Lets claims, volumes and their classes go when nobody uses them; see `decide/storage-protection.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import type { VolumeAttributesClass } from '@muster/api/types/storage-v1.ts'
import type { Client } from '@muster/client/client.ts'
import { ATTRIBUTES_CLASSES, CLAIMS, PODS, VOLUMES } from '@muster/client/kubernetes.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { type Controller, type Key, keyOf, waitForChange } from '@muster/runtime/controller.ts'
import {
  claimsOf,
  classesOfClaim,
  classesOfVolume,
  isClaimUsed,
  isVolumeUsed,
  PROTECTION,
  waitsWith,
} from '../decide/storage-protection.ts'

/** A claim goes when no pod on a node uses it. */
export const claimProtectionController: Controller = {
  name: 'pvc-protection-controller',
  watches: CLAIMS,
  alsoWatches: [{ resource: PODS, keysOf: (pod) => claimsOf(pod as Pod).map((name) => ({ ...keyOf(pod), name })) }],
  async reconcile(key, { client, informer }) {
    const claim = await waiting(client, CLAIMS, key, PROTECTION.claim, informer(CLAIMS).get(key))
    // Every pod there is, rather than every pod that was heard of: what is let go cannot be had back.
    if (claim && !isClaimUsed(claim, (await client.resource(PODS).list({ namespace: key.namespace })).items)) {
      await letGo(client, CLAIMS, claim, PROTECTION.claim)
    }
    return waitForChange
  },
}

/** A volume goes when no claim is bound to it. */
export const volumeProtectionController: Controller = {
  name: 'pv-protection-controller',
  watches: VOLUMES,
  async reconcile(key, { client, informer }) {
    const volume = await waiting(client, VOLUMES, key, PROTECTION.volume, informer(VOLUMES).get(key))
    if (volume && !isVolumeUsed(volume)) await letGo(client, VOLUMES, volume, PROTECTION.volume)
    return waitForChange
  },
}

const toKeys = (object: KubeObject, names: readonly string[]): readonly Key[] =>
  names.map((name) => ({ ...keyOf(object), namespace: '', name }))

/** A class goes when no claim and no volume has it. */
export const attributesClassProtectionController: Controller = {
  name: 'volumeattributesclass-protection-controller',
  watches: ATTRIBUTES_CLASSES,
  alsoWatches: [
    { resource: CLAIMS, keysOf: (claim) => toKeys(claim, classesOfClaim(claim as PersistentVolumeClaim)) },
    { resource: VOLUMES, keysOf: (volume) => toKeys(volume, classesOfVolume(volume as PersistentVolume)) },
  ],
  async reconcile(key, { client, informer }) {
    const found = await waiting(
      client,
      ATTRIBUTES_CLASSES,
      key,
      PROTECTION.attributesClass,
      informer(ATTRIBUTES_CLASSES).get(key),
    )
    if (!found) return waitForChange
    const claims = (await client.resource(CLAIMS).list({})).items
    const volumes = (await client.resource(VOLUMES).list({})).items
    const used = [...claims.flatMap(classesOfClaim), ...volumes.flatMap(classesOfVolume)]
    if (!used.includes(key.name)) await letGo(client, ATTRIBUTES_CLASSES, found, PROTECTION.attributesClass)
    return waitForChange
  },
}

type Protected = PersistentVolumeClaim | PersistentVolume | VolumeAttributesClass

/** The object as it is now, if it waits; one that was heard of and does not is not asked for. */
async function waiting<T extends Protected>(
  client: Client,
  ref: ResourceRef<T>,
  key: Key,
  finalizer: string,
  known: T | undefined,
): Promise<T | undefined> {
  if (known && !waitsWith(known, finalizer)) return undefined
  const found = await client.resource(ref).find(key)
  return found && waitsWith(found, finalizer) ? found : undefined
}

async function letGo<T extends Protected>(client: Client, ref: ResourceRef<T>, object: T, finalizer: string) {
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer)
  await client.resource(ref).update({ ...object, metadata: { ...object.metadata, finalizers } })
}
