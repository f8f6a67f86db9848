/** Which version of an object a write is meant for; and what is said when it is another. */
import type { KubeObject } from '@muster/api/object.ts'
import { conflict, OBJECT_MODIFIED } from '@muster/api/status.ts'
import type { ObjectKey } from './key.ts'
import { parseObject, type StoredObject } from './stored-object.ts'

/** Which object, and which version of it, is meant. */
export interface Preconditions {
  readonly uid?: string
  readonly resourceVersion?: string
}

/** Throws Conflict unless an update is meant for this version. Source of the words: apiserver pkg/storage/interfaces.go. */
export function checkUpdate(key: ObjectKey, { uid, resourceVersion }: Preconditions, current: StoredObject): void {
  if (uid === undefined && resourceVersion === undefined) return
  const { metadata } = parseObject(current)
  const [what, asked, found] =
    uid !== undefined && uid !== metadata.uid
      ? ['UID', uid, metadata.uid]
      : ['ResourceVersion', resourceVersion, String(current.revision)]
  if (asked === undefined || asked === found) return
  const failed = `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found ?? ''}`
  // Kubernetes names its own key here; whoever compares messages compares this one too.
  const path = ['/registry', key.resource, ...(key.namespace === '' ? [] : [key.namespace]), key.name].join('/')
  const why = `StorageError: invalid object, Code: 4, Key: ${path}, ResourceVersion: 0, AdditionalErrorMsg: ${failed}`
  throw conflict(key, key.name, why)
}

/** Throws Conflict unless the resourceVersion that an object carries is that of what is there. Without one it may be any. */
export function checkCarried(key: ObjectKey, next: KubeObject, current: StoredObject): void {
  const carried = next.metadata.resourceVersion ?? ''
  if (carried !== '' && carried !== String(current.revision)) throw conflict(key, key.name, OBJECT_MODIFIED)
}

/**
 * Throws Conflict unless a delete is meant for this version. Source of the words: apiserver pkg/registry/rest/delete.go
 * BeforeDelete, which names the kind where others name the resource.
 */
export function checkDelete(
  { group, name }: ObjectKey,
  { uid, resourceVersion }: Preconditions,
  { kind, metadata }: KubeObject,
): void {
  const refuse = (what: string, asked: string, found: string | undefined, why: string) =>
    conflict(
      { group, resource: kind },
      name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found ?? ''}). The object might have been ${why}`,
    )
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid, 'deleted and then recreated')
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified')
  }
}
