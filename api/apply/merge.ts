/**
 * An applied configuration merged into what is there: what it mentions is as it says, everything else stays.
 *
 * Items of a list come in the order of the configuration where it says one; items that it does not mention keep their
 * place among those that both have.
 *
 *     live:    a  b  x  c          applied:  c  b  new        merged:  a  x  c  b  new
 *
 * Source: structured-merge-diff v6 typed/merge.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { copyJson, isObject, ownValue, setOwn } from '../schema/json.ts'
import { type Atom, atomOfField, type ListAtom, type MapAtom, shapeOf } from './atom.ts'
import { isEmptyObject } from './json-values.ts'
import { elementOf, groupItems } from './list-items.ts'

/** A new object that shares nothing with either; `applied` must have passed {@link checkTyped}. */
export function merge(atom: Atom, live: JsonObject, applied: JsonObject): JsonObject {
  const merged = mergeNodes(atom, live, applied)
  return isObject(merged) ? merged : live
}

function mergeNodes(atom: Atom, live: Json | undefined, applied: Json): Json {
  if (live === undefined) return copyJson(applied)
  const shape = shapeOf(atom, applied)
  if (shape === 'map' && atom.map) return mergeMaps(atom.map, live, applied)
  if (shape === 'list' && atom.list) return mergeLists(atom.list, live, applied)
  return copyJson(applied)
}

function mergeMaps(map: MapAtom, live: Json, applied: Json): Json {
  const liveFields = isObject(live) ? live : {}
  const appliedFields = isObject(applied) ? applied : {}
  const holdNothing = isEmptyObject(liveFields) && isEmptyObject(appliedFields)
  if (map.merged === 'whole' || holdNothing) return copyJson(applied)
  const merged: JsonObject = {}
  for (const name in liveFields) {
    const there = liveFields[name] ?? null
    const value = ownValue(appliedFields, name)
    setOwn(merged, name, value === undefined ? copyJson(there) : mergeNodes(atomOfField(map, name), there, value))
  }
  for (const name in appliedFields) {
    if (!Object.hasOwn(liveFields, name)) setOwn(merged, name, copyJson(appliedFields[name] ?? null))
  }
  return merged
}

function mergeLists(list: ListAtom, live: Json, applied: Json): Json {
  const liveItems = Array.isArray(live) ? live : []
  const appliedItems = Array.isArray(applied) ? applied : []
  const holdNothing = liveItems.length === 0 && appliedItems.length === 0
  if (list.merged === 'whole' || holdNothing) return copyJson(applied)
  return mergeItems(list, liveItems, appliedItems)
}

function mergeItems(list: ListAtom, liveItems: readonly Json[], appliedItems: readonly Json[]): Json[] {
  const live = groupItems(list, liveItems)
  const applied = [...groupItems(list, appliedItems).items]
  const places = new Map(applied.map(([element], place) => [element, place]))
  // Items of the configuration that are there already; each waits for its turn.
  const shared = applied.map(([element]) => element).filter((element) => live.items.has(element))
  const merged: Json[] = []
  let next = 0
  const emitApplied = (until: number): void => {
    for (; next < Math.min(until, applied.length); next++) {
      const [element, value] = applied[next] ?? []
      if (element === undefined || value === undefined) continue
      if (element === shared[0]) shared.shift()
      // Several live items of one key have no one meaning: the configuration's takes their place.
      const there = live.repeated.has(element) ? undefined : live.items.get(element)
      merged.push(mergeNodes(list.item(), there, value))
    }
  }
  for (const item of liveItems) {
    const element = elementOf(list, item)
    const place = element === undefined ? undefined : places.get(element)
    if (place === undefined) merged.push(copyJson(item))
    else if (element === shared[0]) emitApplied(place + 1)
    else if (shared.length === 0) emitApplied(next + 1)
  }
  emitApplied(applied.length)
  return merged
}
