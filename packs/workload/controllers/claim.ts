/** Takes what a selector chooses and nobody manages, and lets go what it chooses no more; see `decide/claim.ts`. */
import { controllerOf, controllerReference } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { byController, type Index } from '@muster/client/picture.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import type { Pictures } from '@muster/runtime/controller.ts'
import { decideClaim } from '../decide/claim.ts'

/** Objects that nobody manages, by their namespace. */
export const orphansByNamespace: Index = {
  name: 'namespace of those that nobody manages',
  valuesOf: ({ metadata }) => (controllerOf(metadata) ? [] : [metadata.namespace ?? '']),
}

/** What an owner manages, and what it might. */
export function candidates<T extends KubeObject>(informer: Pictures, ref: ResourceRef<T>, owner: KubeObject): T[] {
  const view = informer(ref)
  const { uid = '', namespace = '' } = owner.metadata
  return [...view.by(byController, uid), ...view.by(orphansByNamespace, namespace)]
}

/** Who takes and lets go. */
export interface Claimant {
  readonly ref: ResourceRef
  readonly object: KubeObject
  /** Put on what is taken, and taken off what is let go. */
  readonly finalizer?: string
}

/**
 * Those of the objects that the owner manages now. Throws Conflict when one is to be adopted and the owner is gone or is
 * to go; what fails is thrown after all others were tried.
 */
export async function claim<T extends KubeObject>(
  client: Client,
  owner: Claimant,
  ref: ResourceRef<T>,
  objects: readonly T[],
  matches: (object: T) => boolean,
): Promise<T[]> {
  const claimed: T[] = []
  const failures: unknown[] = []
  let checked: Promise<void> | undefined
  for (const object of objects) {
    const decision = decideClaim(object, owner.object, matches(object))
    try {
      switch (decision) {
        case 'keep':
          claimed.push(object)
          break
        case 'adopt':
          checked ??= checkOwner(client, owner)
          await checked
          claimed.push(await write(client, ref, object, adoption(owner)))
          break
        case 'release':
          await write(client, ref, object, letting(owner))
          break
        case 'ignore':
          break
        default:
          decision satisfies never
      }
    } catch (error) {
      // What is gone needs no owner.
      const isOver = hasCode(error, 'NotFound') || (decision === 'release' && hasCode(error, 'Invalid'))
      if (!isOver) failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return claimed
}

/** The collector may be at work on an owner that pictures still show: only the server knows. */
async function checkOwner(client: Client, { ref, object }: Claimant): Promise<void> {
  const { name = '', namespace = '', uid } = object.metadata
  const now = await client.resource(ref).find({ namespace, name })
  if (now?.metadata.uid === uid && now?.metadata.deletionTimestamp === undefined) return
  throw new ControlError('Conflict', `${ref.kind} ${namespace}/${name} is gone or is to go, so it adopts nothing`)
}

const adoption = ({ object, finalizer }: Claimant) => ({
  ownerReferences: [controllerReference(object)],
  ...(finalizer === undefined ? {} : { finalizers: [finalizer] }),
})

const letting = ({ object, finalizer }: Claimant) => ({
  ownerReferences: [{ $patch: 'delete', uid: object.metadata.uid }],
  ...(finalizer === undefined ? {} : withoutFinalizer(finalizer)),
})

/** What a strategic merge patch of metadata says to take a finalizer off. */
export const withoutFinalizer = (finalizer: string) => ({ '$deleteFromPrimitiveList/finalizers': [finalizer] })

function write<T extends KubeObject>(client: Client, ref: ResourceRef<T>, { metadata }: T, patch: object): Promise<T> {
  const { name = '', namespace = '', uid } = metadata
  return client.resource(ref).patch({ namespace, name }, { patch: 'strategic', value: { metadata: { uid, ...patch } } })
}
