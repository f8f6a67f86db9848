/**
 * The order of a list after a patch: what the patch names stands as the patch has it, what only the server has stands as
 * it stood, and the two are woven together.
 *
 *     before   [a, b, s]      s is only the server's
 *     patch    [b', c]        → of the patch: b', c   of the server: a, s
 *     after    [a, b', c, s]    a before b' as it was; s after them, for nothing puts it before c
 *
 * Source: apimachinery pkg/util/strategicpatch, normalizeElementOrder and what it calls.
 */
import type { Json } from '../object.ts'
import { isObject, ownValue } from '../schema/json.ts'
import { PATCH } from './directives.ts'
import { badType, noMergeKey } from './refusals.ts'

/** A list, and the two orders that bear upon it. */
export interface Ordering {
  readonly merged: readonly Json[]
  /** Says which items are the patch's, and how they stand. */
  readonly patchOrder: readonly Json[]
  readonly serverOrder: readonly Json[]
  /** Empty for a list of scalars: each is its own key. */
  readonly mergeKey: string
}

/** The items of the list in their order. Throws BadRequest for an item without its key. */
export function orderElements({ merged, patchOrder, serverOrder, mergeKey }: Ordering): Json[] {
  const named = new Set(patchOrder.map((item) => keyOf(item, mergeKey)))
  const ofPatch: Json[] = []
  const ofServer: Json[] = []
  for (const item of merged) {
    requireKey(item, mergeKey)
    const list = named.has(keyOf(item, mergeKey)) ? ofPatch : ofServer
    list.push(item)
  }
  for (const item of [...patchOrder, ...serverOrder]) requireKey(item, mergeKey)
  const places = placesOf(serverOrder, mergeKey)
  return weave(sortBy(ofServer, places, mergeKey), sortBy(ofPatch, placesOf(patchOrder, mergeKey), mergeKey), (item) =>
    places.get(keyOf(item, mergeKey)),
  )
}

/** The value by which items of the list are told apart. */
export const keyOf = (item: Json, mergeKey: string): Json | undefined =>
  mergeKey === '' ? item : isObject(item) ? ownValue(item, mergeKey) : undefined

/** Throws BadRequest for an item of a list with a merge key that is no object, or lacks it. */
export function requireKey(item: Json, mergeKey: string): void {
  if (mergeKey === '') return
  if (!isObject(item)) throw badType('object', item)
  if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey)
}

/** Where each key stands first. */
function placesOf(list: readonly Json[], mergeKey: string): ReadonlyMap<Json | undefined, number> {
  const places = new Map<Json | undefined, number>()
  for (const [at, item] of list.entries()) {
    const key = keyOf(item, mergeKey)
    if (!places.has(key)) places.set(key, at)
  }
  return places
}

function sortBy(items: readonly Json[], places: ReadonlyMap<Json | undefined, number>, mergeKey: string): Json[] {
  const place = (item: Json): number | undefined => places.get(keyOf(item, mergeKey))
  const isDeletion = (item: Json): boolean => mergeKey !== '' && isObject(item) && ownValue(item, PATCH) === 'delete'
  const kept = items.filter((item) => !isDeletion(item))
  const isKnown = kept.every((item) => place(item) !== undefined)
  const sorted = isKnown
    ? kept.toSorted((one, other) => (place(one) ?? 0) - (place(other) ?? 0))
    : sortUnknown(kept, place)
  return [...sorted, ...items.filter(isDeletion)]
}

/** Kubernetes takes an item without a place to be before all others. So the last of them comes first. */
function sortUnknown(items: readonly Json[], place: (item: Json) => number | undefined): Json[] {
  const sorted: Json[] = []
  for (const item of items) {
    const at = sorted.findLastIndex((before) => {
      const [left, right] = [place(item), place(before)]
      return left !== undefined && right !== undefined && left >= right
    })
    sorted.splice(at + 1, 0, item)
  }
  return sorted
}

/** Both keep their own order; one of the server comes first only where it stood before the next of the patch. */
function weave(ofServer: readonly Json[], ofPatch: readonly Json[], place: (item: Json) => number | undefined): Json[] {
  const woven: Json[] = []
  let taken = 0
  for (const item of ofPatch) {
    const limit = place(item)
    for (; taken < ofServer.length && limit !== undefined; taken++) {
      const next = ofServer[taken] ?? null
      const at = place(next)
      if (at === undefined || at >= limit) break
      woven.push(next)
    }
    woven.push(item)
  }
  return [...woven, ...ofServer.slice(taken)]
}
