/** Lists with a limit, as all of this group are. Source: kubernetes pkg/apis/resource/validation validateSlice and validateSet. */
import { duplicate, type FieldError, type FieldPath, index, tooMany } from '../../field-error.ts'

/** What is wrong with one item. */
export type ItemCheck<Item> = (item: Item, path: FieldPath) => FieldError[]

/** What is wrong with a list and its items; items of one that is too long are not looked at. */
export function validateItems<Item>(
  items: readonly Item[] | undefined,
  itemsMax: number,
  check: ItemCheck<Item>,
  path: FieldPath,
): FieldError[] {
  const given = items ?? []
  if (given.length > itemsMax) return [tooMany(path, given.length, itemsMax)]
  return given.flatMap((item, at) => check(item, index(path, at)))
}

/** As {@link validateItems}, of a list in which no key may be there twice. */
export function validateSet<Item>(
  items: readonly Item[] | undefined,
  itemsMax: number,
  check: ItemCheck<Item>,
  keyOf: (item: Item) => string,
  path: FieldPath,
): FieldError[] {
  const given = items ?? []
  const errors = validateItems(given, itemsMax, check, path)
  if (given.length > itemsMax) return errors
  const keys = given.map(keyOf)
  return [...errors, ...keys.flatMap((key, at) => (keys.indexOf(key) < at ? [duplicate(index(path, at), key)] : []))]
}
