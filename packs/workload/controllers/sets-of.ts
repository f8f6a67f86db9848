/** Which owners an object is looked at by: the one that manages it, or those that might. */
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { filterOfSelector, type LabelSelector } from '@muster/api/selector/label-selector.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import { byNamespace } from '@muster/client/picture.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { type Key, keyOf, ownerKey, type Pictures } from '@muster/runtime/controller.ts'

interface Selecting extends KubeObject {
  spec?: { selector?: LabelSelector }
}

/** The key of the owner of this kind that manages the object; of an orphan, of all that choose it. */
export function ownersOf<T extends KubeObject>(
  object: KubeObject,
  ref: ResourceRef<T>,
  informer: Pictures,
  selectorOf: (owner: T) => LabelSelector | undefined = ownSelector,
): readonly Key[] {
  if (controllerOf(object.metadata)) return ownerKey(object, ref)
  const owners = informer(ref).by(byNamespace, object.metadata.namespace ?? '')
  return [...owners]
    .filter((owner) => chooses(selectorOf(owner), object))
    .map(({ metadata }) => ({ ...keyOf(object), name: metadata.name ?? '' }))
}

const ownSelector = ({ spec }: Selecting): LabelSelector | undefined => spec?.selector

/** True when a selector chooses an object by its labels; one that cannot be read chooses nothing. */
export function chooses(selector: LabelSelector | undefined, { metadata }: KubeObject): boolean {
  try {
    return matchesLabels(filterOfSelector(selector), metadata.labels)
  } catch {
    return false
  }
}
