/** Which objects are an object's own, and theirs: by the owners that each of them names. Pure. */
import type { KubeObject } from '@muster/api/object.ts'

/** An object, and those whose owner it is, by kind and name. */
export interface Branch {
  readonly object: KubeObject
  readonly branches: readonly Branch[]
}

/**
 * What grows from an object. One with two owners is below both; one that is below itself already is not shown again.
 * The root is part of it also where it is not among the objects.
 */
export function grow(root: KubeObject, objects: Iterable<KubeObject>): Branch {
  const owned = new Map<string, KubeObject[]>()
  for (const object of objects) {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = owned.get(uid)
      if (known) known.push(object)
      else owned.set(uid, [object])
    }
  }
  const branchOf = (object: KubeObject, above: ReadonlySet<string>): Branch => {
    const { uid = '' } = object.metadata
    const path = new Set(above).add(uid)
    const below = (owned.get(uid) ?? []).filter(({ metadata }) => !path.has(metadata.uid ?? ''))
    return { object, branches: below.sort(inOrder).map((one) => branchOf(one, path)) }
  }
  return branchOf(root, new Set())
}

/** All objects of a tree, each once. */
export function* membersOf({ object, branches }: Branch, seen = new Set<string>()): Iterable<KubeObject> {
  const { uid = '' } = object.metadata
  if (!seen.has(uid)) yield object
  seen.add(uid)
  for (const branch of branches) yield* membersOf(branch, seen)
}

const inOrder = (one: KubeObject, other: KubeObject): number =>
  compare(one.kind, other.kind) || compare(one.metadata.name ?? '', other.metadata.name ?? '')

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
