/**
 * What a look wrote, and whether the pictures show it by now.
 *
 * A look decides by pictures that lag behind what was written. If the next look of the same key began before they show
 * what the look before it wrote, it would do all that again: make a second pod, because it does not see the first. So a
 * look waits for its own writes. client-go's controllers count what they expect to see instead, each for itself.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { Client, ResourceClient } from '@muster/client/client.ts'
import { type Informer, isAtLeast, type Selection } from '@muster/client/informer.ts'
import type { ObjectName, ResourceRef } from '@muster/client/resource-ref.ts'

/** One write, as far as a picture can show it. */
export type OwnWrite =
  | { readonly wrote: 'object'; readonly ref: ResourceRef; readonly name: ObjectName; readonly revision: string }
  | {
      readonly wrote: 'deletion'
      readonly ref: ResourceRef
      readonly name: ObjectName
      readonly uid: string | undefined
    }

/** A client whose successful writes are noted, but for those of {@link Client.call} and of other logical clusters. */
export function noting(client: Client, note: (write: OwnWrite) => void): Client {
  return {
    ...client,
    resource: (ref) => notingResource(client.resource(ref), ref, note),
    because: (cause) => noting(client.because(cause), note),
  }
}

function notingResource<T extends KubeObject>(
  resource: ResourceClient<T>,
  ref: ResourceRef<T>,
  note: (write: OwnWrite) => void,
): ResourceClient<T> {
  const noted = async (isTrial: boolean | undefined, written: Promise<T>): Promise<T> => {
    const object = await written
    const { namespace = '', name = '', resourceVersion: revision = '' } = object.metadata
    if (!isTrial) note({ wrote: 'object', ref, name: { namespace, name }, revision })
    return object
  }
  return {
    ...resource,
    create: (object, options) => noted(options?.dryRun, resource.create(object, options)),
    update: (object, options) => noted(options?.dryRun, resource.update(object, options)),
    updateStatus: (object, options) => noted(options?.dryRun, resource.updateStatus(object, options)),
    patch: (name, patch, options) => noted(options?.dryRun, resource.patch(name, patch, options)),
    apply: (object, options) => noted(options?.dryRun, resource.apply(object, options)),
    async delete(name, options) {
      await resource.delete(name, options)
      if (!options?.dryRun) note({ wrote: 'deletion', ref, name, uid: options?.uid })
    },
  }
}

/** True for a write of this resource, in whatever version. */
export const isOf = ({ group, plural }: ResourceRef, { ref }: OwnWrite): boolean =>
  ref.group === group && ref.plural === plural

/** False for what a picture may never show: an object that is not selected, a deletion where only names are kept. */
export const canShow = ({ wrote, name }: OwnWrite, only: Selection): boolean =>
  !only.labelSelector &&
  !only.fieldSelector &&
  (!only.namespace || only.namespace === name.namespace) &&
  (wrote === 'object' || only.keep === undefined)

/** True once a picture holds a write, or something newer. */
export function isShown(write: OwnWrite, cluster: string, informer: Informer<KubeObject>): boolean {
  const { metadata } = informer.inCluster(cluster).get(write.name) ?? {}
  if (write.wrote === 'object')
    return isAtLeast(informer.resourceVersion, write.revision) || metadata?.resourceVersion === write.revision
  if (!metadata || metadata.deletionTimestamp !== undefined) return true
  return write.uid !== undefined && metadata.uid !== write.uid
}
