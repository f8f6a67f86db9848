/**
 * Strategic merge patch: objects are merged field by field, null deletes, and lists are merged where the schema says by
 * which key. Directives say the rest: see directives.ts.
 *
 *     patch   { spec: { containers: [{ name: 'web', image: 'web:2' }], paused: null } }
 *     does    sets the image of the one container `web`, leaves the others, and takes `paused` away
 *
 * Kinds of Kubernetes' own only: a custom resource has no merge keys and answers 415.
 * Source: apimachinery pkg/util/strategicpatch/patch.go, whose results and complaints these are.
 */
import { goPlain } from '../go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { copyJson, isObject, ownValue, setOwn } from '../schema/json.ts'
import type { TypeSchema } from '../schema/schema.ts'
import {
  applyRetainKeys,
  DELETE_FROM_LIST,
  ELEMENT_ORDER,
  listOfDirective,
  PATCH,
  withoutDirectives,
  withoutNulls,
} from './directives.ts'
import { keyOf, orderElements } from './element-order.ts'
import { listField, objectField, type PatchField, type PatchType, patchTypeOf } from './patch-schema.ts'
import { badPatch, badPatchType, badType, goType, noMergeKey } from './refusals.ts'
import { mergeLists, typeOfItems } from './strategic-lists.ts'

/**
 * The object that a patch makes of another; both are left as they are. Fields that the schema does not know, and nulls
 * inside new items of lists, are let through: decoding takes them out. Throws BadRequest, and Invalid for lists of lists.
 */
export function applyStrategicMergePatch(object: JsonObject, patch: JsonObject, schema: TypeSchema): JsonObject {
  const [ownObject, ownPatch] = [copyJson(object), copyJson(patch)]
  return isObject(ownObject) && isObject(ownPatch) ? mergeObjects(ownObject, ownPatch, patchTypeOf(schema)) : object
}

/** Merges into the first, which is the caller's own, as is the patch. */
function mergeObjects(object: JsonObject, patch: JsonObject, type: PatchType): JsonObject {
  const directive = ownValue(patch, PATCH)
  if (directive !== undefined) return followDirective(directive, patch)
  applyRetainKeys(object, patch)
  orderLists(object, patch, type)
  const [deletions, changes] = partition(Object.keys(patch), (name) => name.startsWith(DELETE_FROM_LIST))
  for (const field of changes) mergeField({ object, field, value: patch[field] ?? null, isDeletion: false }, type)
  // Last, so that what a patch both adds and deletes is gone; Kubernetes leaves it to chance which it does first.
  for (const name of deletions) {
    const field = listOfDirective(DELETE_FROM_LIST, name) || name
    mergeField({ object, field, value: patch[name] ?? null, isDeletion: true }, type)
  }
  return object
}

function followDirective(directive: Json, patch: JsonObject): JsonObject {
  if (directive === 'delete') return {}
  if (directive !== 'replace') throw badPatchType(directive, patch)
  delete patch[PATCH]
  return patch
}

interface FieldChange {
  readonly object: JsonObject
  readonly field: string
  readonly value: Json
  /** The value lists the scalars that go. */
  readonly isDeletion: boolean
}

function mergeField({ object, field, value, isDeletion }: FieldChange, type: PatchType): void {
  if (value === null) {
    delete object[field]
    return
  }
  const held = ownValue(object, field)
  if (isObject(held) && isObject(value)) {
    const { type: below, strategy } = objectField(type, field)
    setOwn(object, field, strategy === 'replace' ? value : mergeObjects(held, value, below))
  } else if (Array.isArray(held) && Array.isArray(value)) {
    setOwn(object, field, mergeListField(held, value, listField(type, field), isDeletion).merged)
  } else if (!isDeletion || (held !== undefined && goType(held) === goType(value))) {
    const added = withoutDirectives(withoutNulls(value))
    if (added === undefined) delete object[field]
    else setOwn(object, field, added)
  }
}

/** What a list becomes, and the order in which the server had its items, as far as Kubernetes still knows it then. */
function mergeListField(
  list: Json[],
  patch: Json[],
  { type, strategy, mergeKey }: PatchField,
  isDeletion: boolean,
): { readonly merged: Json[]; readonly serverOrder: readonly Json[] } {
  if (strategy !== 'merge' && !isDeletion) return { merged: patch, serverOrder: list }
  return mergeLists({ list, patch, mergeKey, isDeletion, type, mergeItem: mergeObjects })
}

/** Merges the lists that the patch orders, and takes them and their orders out of it. */
function orderLists(object: JsonObject, patch: JsonObject, type: PatchType): void {
  for (const name of Object.keys(patch)) {
    if (!name.startsWith(ELEMENT_ORDER)) continue
    const order = ownValue(patch, name)
    delete patch[name]
    if (!Array.isArray(order)) throw badType('list', order)
    const field = listOfDirective(ELEMENT_ORDER, name)
    const [held, change] = [listIn(object, field), listIn(patch, field)]
    const described = listField(type, field)
    const { mergeKey } = described
    checkOrder(change ?? [], order, mergeKey)
    if (!held && !change) continue
    const { merged, serverOrder } = mergeOrdered(held, change, described)
    typeOfItems([held ?? [], change ?? []])
    setOwn(object, field, orderElements({ merged, patchOrder: order, serverOrder, mergeKey }))
    delete patch[field]
  }
}

function mergeOrdered(held: Json[] | undefined, change: Json[] | undefined, field: PatchField) {
  if (held && change) return mergeListField(held, change, field, false)
  const added = withoutDirectives(change ?? [])
  return { merged: held ?? (Array.isArray(added) ? added : []), serverOrder: held ?? [] }
}

function listIn(object: JsonObject, field: string): Json[] | undefined {
  if (!Object.hasOwn(object, field)) return undefined
  const value = object[field] ?? null
  if (!Array.isArray(value)) throw badType('list', value)
  return value
}

/** The patch's own items must all be in its order, and in that order; items with a directive need not. */
function checkOrder(items: readonly Json[], order: readonly Json[], mergeKey: string): void {
  if (items.length === 0 || order.length === 0) return
  const kept = mergeKey === '' ? items : items.filter((item) => directiveOf(item, mergeKey) !== 'delete')
  let [at, next] = [0, 0]
  while (at < kept.length && next < order.length) {
    const [item, ordered] = [kept[at] ?? null, order[next] ?? null]
    if (isObject(item) && Object.hasOwn(item, PATCH)) at++
    else {
      if (requiredKey(item, mergeKey) === requiredKey(ordered, mergeKey)) at++
      next++
    }
  }
  if (at < kept.length) {
    throw badPatch(
      `The order in patch list:\n${goPlain(items)}\n doesn't match ${ELEMENT_ORDER} list:\n${goPlain(order)}\n`,
    )
  }
}

function directiveOf(item: Json, mergeKey: string): Json | undefined {
  if (!isObject(item)) throw badType('object', item)
  return mergeKey === '' ? undefined : ownValue(item, PATCH)
}

function requiredKey(item: Json, mergeKey: string): Json | undefined {
  if (mergeKey === '') return item
  if (!isObject(item)) throw badType('object', item)
  const key = keyOf(item, mergeKey)
  if (key === undefined) throw noMergeKey(item, mergeKey)
  return key
}

function partition(names: readonly string[], test: (name: string) => boolean): [string[], string[]] {
  return [names.filter(test), names.filter((name) => !test(name))]
}
