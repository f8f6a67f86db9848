/**
 * What changed between two objects of one type: which fields were added, which removed, and which have another value.
 *
 *     old:  spec: { replicas: 1, paused: true }      added:    f:spec { f:template }  and what is below it
 *     next: spec: { replicas: 2, template: {…} }     modified: f:spec { f:replicas }
 *                                                    removed:  f:spec { f:paused }
 *
 * Lenient: a value that its type does not allow is compared all the same. Validation is not done here.
 * Source: structured-merge-diff v6 typed/compare.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { equalJson, isObject, ownValue } from '../schema/json.ts'
import { type Atom, atomOfField, type ListAtom, type MapAtom, type Shape, shapeOf } from './atom.ts'
import { type FieldFilter, filterFields } from './field-filter.ts'
import { type Branches, type FieldSet, isEmptySet, LEAF, NO_FIELDS, SELF, unionOfNodes } from './field-set.ts'
import { isEmptyObject } from './json-values.ts'
import { elementOf, groupItems } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

/** The difference between two objects. No field is in more than one of the sets. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** Compares two objects of the type of `atom`. */
export function compare(atom: Atom, old: JsonObject, next: JsonObject): Comparison {
  const { added = NO_FIELDS, modified = NO_FIELDS, removed = NO_FIELDS } = compareNodes(atom, old, next) ?? {}
  return { added, modified, removed }
}

/** True when nothing changed. */
export const isSame = ({ added, modified, removed }: Comparison): boolean =>
  isEmptySet(added) && isEmptySet(modified) && isEmptySet(removed)

/** The part of a difference that a filter lets through, if there is one. */
export const filterComparison = (
  { added, modified, removed }: Comparison,
  filter: FieldFilter | undefined,
): Comparison => ({
  added: filterFields(added, filter),
  modified: filterFields(modified, filter),
  removed: filterFields(removed, filter),
})

/** The changes at and below one node; most nodes have none. */
interface Changes {
  readonly added?: FieldSet
  readonly modified?: FieldSet
  readonly removed?: FieldSet
}

const MODIFIED: Changes = Object.freeze({ modified: LEAF })

function compareNodes(atom: Atom, old: Json | undefined, next: Json | undefined): Changes | undefined {
  if (old === next) return undefined
  if (next === undefined) return { removed: everyField(atom, old) }
  if (old === undefined) return { added: everyField(atom, next) }
  const shape = shapeOf(atom, next)
  const oldShape = shapeOf(atom, old)
  const changes = compareAs(shape, atom, old, next)
  return oldShape === shape ? changes : join(changes, compareAs(oldShape, atom, old, next))
}

function compareAs(shape: Shape, atom: Atom, old: Json, next: Json): Changes | undefined {
  if (shape === 'map' && atom.map) return compareMaps(atom.map, old, next)
  if (shape === 'list' && atom.list) return compareLists(atom.list, old, next)
  return compareLeaves(old, next)
}

const compareLeaves = (old: Json, next: Json): Changes | undefined => (equalJson(old, next) ? undefined : MODIFIED)

function compareMaps(map: MapAtom, old: Json, next: Json): Changes | undefined {
  const oldFields = isObject(old) ? old : NO_MAP
  const nextFields = isObject(next) ? next : NO_MAP
  // Two that hold nothing are compared as leaves: an empty map is not null.
  const holdNothing = isEmptyObject(oldFields) && isEmptyObject(nextFields)
  if (map.merged === 'whole' || holdNothing) return compareLeaves(old, next)
  let changes: Gathered | undefined
  for (const name in oldFields) {
    const before = oldFields[name]
    const after = ownValue(nextFields, name)
    if (before === after) continue
    changes = gather(changes, fieldElement(name), compareNodes(atomOfField(map, name), before, after))
  }
  for (const name in nextFields) {
    if (Object.hasOwn(oldFields, name)) continue
    changes = gather(changes, fieldElement(name), compareNodes(atomOfField(map, name), undefined, nextFields[name]))
  }
  return changes
}

const NO_MAP: JsonObject = {}

function compareLists(list: ListAtom, old: Json, next: Json): Changes | undefined {
  const oldItems = Array.isArray(old) ? old : []
  const nextItems = Array.isArray(next) ? next : []
  const holdNothing = oldItems.length === 0 && nextItems.length === 0
  if (list.merged === 'whole' || holdNothing) return compareLeaves(old, next)
  // Most lists did not change, and to see that costs less than to tell their items apart.
  if (equalJson(oldItems, nextItems)) return undefined
  const before = groupItems(list, oldItems)
  const after = groupItems(list, nextItems)
  let changes: Gathered | undefined
  for (const element of new Set([...before.items.keys(), ...after.items.keys()])) {
    changes = gather(
      changes,
      element,
      compareItems(list.item(), {
        old: before.items.get(element),
        next: after.items.get(element),
        oldRepeated: before.repeated.get(element),
        nextRepeated: after.repeated.get(element),
      }),
    )
  }
  return changes
}

interface ItemsOfElement {
  readonly old: Json | undefined
  readonly next: Json | undefined
  readonly oldRepeated: readonly Json[] | undefined
  readonly nextRepeated: readonly Json[] | undefined
}

/** Items that share an element are one leaf together. */
function compareItems(atom: Atom, items: ItemsOfElement): Changes | undefined {
  const { old, next, oldRepeated, nextRepeated } = items
  if (oldRepeated && nextRepeated) return equalJson([...oldRepeated], [...nextRepeated]) ? undefined : MODIFIED
  if (oldRepeated) return { removed: LEAF, ...(next === undefined ? {} : { added: everyField(atom, next) }) }
  if (nextRepeated) return { added: LEAF, ...(old === undefined ? {} : { removed: everyField(atom, old) }) }
  return compareNodes(atom, old, next)
}

/** The node of a value that is there as a whole: itself, and every field in it. */
function everyField(atom: Atom, value: Json | undefined): FieldSet {
  const below: Branches = { [SELF]: LEAF }
  let isLeaf = true
  const shape = shapeOf(atom, value)
  if (shape === 'map' && atom.map?.merged === 'by field' && isObject(value)) {
    for (const name in value) {
      isLeaf = false
      below[fieldElement(name)] = everyField(atomOfField(atom.map, name), value[name])
    }
  }
  if (shape === 'list' && atom.list && atom.list.merged !== 'whole' && Array.isArray(value)) {
    for (const item of value) {
      const element = elementOf(atom.list, item)
      if (element === undefined) continue
      isLeaf = false
      below[element] = element in below ? LEAF : everyField(atom.list.item(), item)
    }
  }
  return isLeaf ? LEAF : below
}

/** The changes below one node, while they are being gathered. */
interface Gathered {
  added?: Branches
  modified?: Branches
  removed?: Branches
}

function gather(changes: Gathered | undefined, at: PathElement, found: Changes | undefined): Gathered | undefined {
  if (!found) return changes
  const gathered = changes ?? {}
  for (const kind of KINDS) {
    const node = found[kind]
    if (!node) continue
    gathered[kind] ??= {}
    gathered[kind][at] = node
  }
  return gathered
}

const KINDS = ['added', 'modified', 'removed'] as const

function join(one: Changes | undefined, other: Changes | undefined): Changes | undefined {
  if (!one || !other) return one ?? other
  const joined: { -readonly [Kind in keyof Changes]: Changes[Kind] } = { ...one }
  for (const kind of KINDS) {
    const [mine, its] = [one[kind], other[kind]]
    if (its) joined[kind] = mine ? unionOfNodes(mine, its) : its
  }
  return joined
}
