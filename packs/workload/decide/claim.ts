/** Whose an object is, of those that a selector chooses. Source: kubernetes pkg/controller/controller_ref_manager.go. */
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject } from '@muster/api/object.ts'

/** What an owner does about an object that is its own, or nobody's. */
export type Claim = 'keep' | 'adopt' | 'release' | 'ignore'

/** Whether the owner keeps an object, takes it, or lets it go. `matches`: its selector chooses the object. */
export function decideClaim({ metadata }: KubeObject, owner: KubeObject, matches: boolean): Claim {
  const isLeaving = owner.metadata.deletionTimestamp !== undefined
  const controller = controllerOf(metadata)
  if (controller) {
    if (controller.uid !== owner.metadata.uid) return 'ignore'
    if (matches) return 'keep'
    return isLeaving ? 'ignore' : 'release'
  }
  return matches && !isLeaving && metadata.deletionTimestamp === undefined ? 'adopt' : 'ignore'
}
