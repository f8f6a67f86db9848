/** How two lists are merged: scalars as sets, objects by their merge key. Source: apimachinery pkg/util/strategicpatch. */
import { goPlain } from '../go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { isObject, ownValue } from '../schema/json.ts'
import { unprocessable } from '../status.ts'
import { PATCH } from './directives.ts'
import { keyOf, orderElements } from './element-order.ts'
import type { PatchType } from './patch-schema.ts'
import { badPatch, badPatchType, goType, noMergeKey } from './refusals.ts'

/** Two lists of one field. Both are the caller's own. */
export interface ListChange {
  readonly list: readonly Json[]
  readonly patch: readonly Json[]
  readonly mergeKey: string
  /** The patch lists the scalars that go. */
  readonly isDeletion: boolean
  /** Of the items. */
  readonly type: PatchType
  readonly mergeItem: (item: JsonObject, patch: JsonObject, type: PatchType) => JsonObject
}

/** A merged list, and the order in which the server had its items, for whoever orders it again. */
export interface MergedList {
  readonly merged: Json[]
  readonly serverOrder: readonly Json[]
}

/** Throws BadRequest for items that are of several types or lack the key, and Invalid for lists of lists. */
export function mergeLists(change: ListChange): MergedList {
  const { list, patch, mergeKey, isDeletion } = change
  if (list.length === 0 && patch.length === 0) return { merged: [...list], serverOrder: list }
  if (typeOfItems([list, patch]) === 'object') return mergeObjectLists(change)
  if (isDeletion) {
    const gone = new Set(patch)
    return { merged: list.filter((item) => !gone.has(item)), serverOrder: list }
  }
  const merged = [...new Set([...list, ...patch])]
  return { merged: orderElements({ merged, patchOrder: patch, serverOrder: list, mergeKey }), serverOrder: list }
}

/** What the items of these lists are. Throws BadRequest when they differ or there are none, Invalid for lists of lists. */
export function typeOfItems(lists: readonly (readonly Json[])[]): 'object' | 'scalar' {
  const items = lists.flat()
  const [first] = items
  if (first === undefined) throw badPatch('no elements in any of the given slices')
  if (Array.isArray(first)) throw unprocessable('lists of lists are not supported')
  if (first === null || items.some((item) => goType(item) !== goType(first))) {
    throw badPatch(`list element types are not identical: ${goPlain(lists)}`)
  }
  return isObject(first) ? 'object' : 'scalar'
}

function mergeObjectLists({ list, patch, mergeKey, type, mergeItem }: ListChange): MergedList {
  if (mergeKey === '') throw badPatch('cannot merge lists without merge key for struct')
  const { left, changes, isReplaced } = followDirectives(list, patch, mergeKey)
  if (isReplaced) {
    return {
      merged: orderElements({ merged: changes, patchOrder: [], serverOrder: changes, mergeKey }),
      serverOrder: list,
    }
  }
  const merged = [...left]
  const places = new Map(left.map((item, at) => [keyOf(item, mergeKey), at] as const).toReversed())
  for (const item of changes) {
    const key = keyOf(item, mergeKey)
    if (key === undefined) throw noMergeKey(item, mergeKey)
    const at = places.get(key)
    const held = at === undefined ? undefined : merged[at]
    if (at !== undefined && isObject(held)) merged[at] = mergeItem(held, item, type)
    else {
      places.set(key, merged.length)
      merged.push(item)
    }
  }
  return {
    merged: orderElements({ merged, patchOrder: changes, serverOrder: left, mergeKey }),
    // What was deleted made room, in Go's memory, for what was added: so much of it counts as the server's.
    serverOrder: merged.slice(0, list.length),
  }
}

interface Remaining {
  /** Of the list, after deletions. */
  readonly left: readonly Json[]
  /** Of the patch, without directives. */
  readonly changes: readonly JsonObject[]
  readonly isReplaced: boolean
}

function followDirectives(list: readonly Json[], patch: readonly Json[], mergeKey: string): Remaining {
  const changes: JsonObject[] = []
  const deleted = new Set<Json>()
  let isReplaced = false
  for (const item of patch) {
    if (!isObject(item)) continue
    const directive = ownValue(item, PATCH)
    if (directive === undefined) changes.push(item)
    else if (directive === 'replace') isReplaced = true
    else if (directive === 'merge') throw badPatch('merging lists cannot yet be specified in the patch')
    else if (directive !== 'delete') throw badPatchType(directive, item)
    else {
      const key = keyOf(item, mergeKey)
      if (key === undefined) throw noMergeKey(item, mergeKey)
      deleted.add(key)
    }
  }
  return {
    left: list.filter((item) => {
      const key = keyOf(item, mergeKey)
      return key === undefined || !deleted.has(key)
    }),
    changes,
    isReplaced,
  }
}
