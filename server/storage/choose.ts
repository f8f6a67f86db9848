/**
 * Which objects of a resource a target holds, all as of one moment.
 *
 * Whether a selection chooses an object is known at once when somebody has asked before, and else the object must be
 * parsed. So what is to be parsed is noted in one go, together with all the rest, and parsed in slices: no list keeps
 * others waiting, and what happens meanwhile is not in it.
 */
import type { Revision } from '@muster/store/store.ts'
import type { ResourceCache } from './cache.ts'
import { attributesOf, type CachedObject } from './cached-object.ts'
import type { AttributesOf, Target } from './selection.ts'

/** What choosing is done with. */
export interface ChooserDeps {
  readonly attributesOf: AttributesOf
  /** Lets others of this thread have their turn. */
  readonly pause: () => Promise<void>
}

/** What part of a target is wanted. */
export interface Part {
  /** From this key on. */
  readonly from?: string | undefined
  /** 0 for no limit. */
  readonly limit: number
}

/** Objects as they were at one revision. */
export interface Chosen {
  readonly objects: readonly CachedObject[]
  readonly revision: Revision
  /** There are more keys in the target, whether chosen or not. */
  readonly hasMore: boolean
}

/** Objects parsed between two pauses: some milliseconds. */
const PARSED_PER_SLICE = 500

/** Chooses from what is there at the moment of the call. */
export async function choose(deps: ChooserDeps, cache: ResourceCache, target: Target, part: Part): Promise<Chosen> {
  const { revision } = cache
  const { limit } = part
  const objects: CachedObject[] = []
  const isFull = () => limit > 0 && objects.length === limit
  /** Once so many had to be parsed, what follows is noted for later. */
  const later: CachedObject[] = []
  let parsed = 0
  let hasMore = false
  cache.visit(target, part.from, (object) => {
    if (isFull()) {
      hasMore = true
      return 'stop'
    }
    if (parsed === PARSED_PER_SLICE) later.push(object)
    else {
      if (target.selection && !object.attributes) parsed++
      if (isChosen(deps, target, object)) objects.push(object)
    }
    return 'next'
  })
  for (const [index, object] of later.entries()) {
    if (isFull()) return { objects, revision, hasMore: true }
    if (index % PARSED_PER_SLICE === 0) await deps.pause()
    if (isChosen(deps, target, object)) objects.push(object)
  }
  return { objects, revision, hasMore }
}

/** Whether a target's selection chooses an object. */
export const isChosen = (deps: ChooserDeps, { selection }: Target, object: CachedObject): boolean =>
  selection === undefined || selection.matches(attributesOf(object, deps.attributesOf))
