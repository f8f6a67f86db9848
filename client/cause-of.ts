/** The version of an object that led to a write, as the write states it. */
import type { StatedCause } from '@muster/api/history/cause.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { ResourceRef } from './resource-ref.ts'

/** Nothing is stated of a server whose revisions are no numbers. `revision`: that of its deletion. Default: the object's. */
export function causeOf(
  { group, plural: resource }: ResourceRef,
  { metadata }: KubeObject,
  revision: string = metadata.resourceVersion ?? '',
): StatedCause {
  const { namespace = '', name = '' } = metadata
  return /^\d{1,16}$/.test(revision) && name !== '' ? { object: { group, resource, namespace, name, revision } } : {}
}
