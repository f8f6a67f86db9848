/**
 * Which item of a list is which: by its keys, or by its value.
 * Source: structured-merge-diff v6 typed/helpers.go (listItemToPathElement).
 */
import { goQuote } from '../go-text.ts'
import type { Json } from '../object.ts'
import { isObject, ownValue } from '../schema/json.ts'
import type { ListAtom } from './atom.ts'
import { type KeyField, keyElement, type PathElement, valueElement } from './path-element.ts'

/** The element of an item; undefined when it has none, for the reason that {@link whyNoElement} gives. */
export function elementOf(list: ListAtom, item: Json): PathElement | undefined {
  if (list.merged === 'by value') return typeof item === 'object' ? undefined : valueElement(item)
  if (list.merged === 'whole' || !isObject(item)) return undefined
  const keys: KeyField[] = []
  for (const { name, default: fallback } of list.keys) {
    // An item may leave out one of several keys: then it is another item than one that says it.
    const value = ownValue(item, name) ?? (Object.hasOwn(item, name) ? null : fallback)
    if (value !== undefined) keys.push([name, value])
  }
  return keys.length === 0 ? undefined : keyElement(keys)
}

/** Why an item has no element, in Kubernetes' words. */
export function whyNoElement(list: ListAtom, item: Json): string {
  if (list.merged === 'by value') {
    if (Array.isArray(item)) return 'not supported: associative list with lists as elements'
    if (item === null) return "associative list without keys has an element that's an explicit null"
    return "associative list without keys has an element that's a map type"
  }
  if (item === null) return 'associative list with keys may not have a null element'
  if (!isObject(item)) return 'associative list with keys may not have non-map elements'
  const keys = list.keys.map(({ name }) => goQuote(name)).join(' ')
  return `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`
}

/** The items of a list by their elements. */
export interface GroupedItems {
  /** The first item of each element, in the order of the list. */
  readonly items: ReadonlyMap<PathElement, Json>
  /** All items of those elements that more than one has; what is already stored may be so. */
  readonly repeated: ReadonlyMap<PathElement, readonly Json[]>
}

/** Groups the items of a list; those that have no element are left out. */
export function groupItems(list: ListAtom, values: readonly Json[]): GroupedItems {
  const items = new Map<PathElement, Json>()
  let repeated: Map<PathElement, Json[]> | undefined
  for (const item of values) {
    const element = elementOf(list, item)
    if (element === undefined) continue
    const first = items.get(element)
    if (first === undefined) {
      items.set(element, item)
      continue
    }
    repeated ??= new Map()
    const others = repeated.get(element)
    if (others) others.push(item)
    else repeated.set(element, [first, item])
  }
  return { items, repeated: repeated ?? NONE_REPEATED }
}

const NONE_REPEATED: ReadonlyMap<PathElement, readonly Json[]> = new Map()
