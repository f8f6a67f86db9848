/** Places in a document, named by JSON pointers: `/spec/containers/0/image`. Source: RFC 6901; evanphx/json-patch v4. */
import type { ControlError } from '@muster/base/errors.ts'
import { goQuote } from '../go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { isObject, ownValue, setOwn } from '../schema/json.ts'
import { unprocessable } from '../status.ts'

/** Where a path ends: an entry of an object or a list, there or not yet there. */
export interface Place {
  readonly container: JsonObject | Json[]
  readonly key: string
}

/** The place that a path leads to; undefined where something on the way is not there, is null, or holds nothing. */
export function locate(document: Json, path: string): Place | undefined {
  const parts = path.split('/').map(decodePart)
  const key = parts.pop()
  if (parts.length === 0 || key === undefined) return undefined
  let held: Json | undefined = document
  for (const part of parts.slice(1)) {
    if (Array.isArray(held)) {
      const at = indexIn(held.length, part)
      held = typeof at === 'number' ? held[at] : undefined
    } else if (isObject(held)) held = ownValue(held, part)
    else return undefined
  }
  return Array.isArray(held) || isObject(held) ? { container: held, key } : undefined
}

/** Source: RFC 6901, section 4. */
const decodePart = (part: string): string => part.replace(/~[01]/g, (escaped) => (escaped === '~1' ? '/' : '~'))

/** What is there; undefined for a field that is not. Throws Invalid for an item that is not. */
export function read({ container, key }: Place, complaint: string): Json | undefined {
  if (!Array.isArray(container)) return ownValue(container, key)
  const at = indexIn(container.length, key)
  if (typeof at !== 'number') throw unprocessable(`${complaint}: ${at.why}`)
  return container[at]
}

/** Takes out what is there. Throws Invalid when nothing is. */
export function take(place: Place, complaint: string): Json {
  const { container, key } = place
  const value = read(place, complaint)
  if (value === undefined) throw missing(`${complaint}: Unable to remove nonexistent key: ${key}`)
  if (!Array.isArray(container)) delete container[key]
  else {
    const at = indexIn(container.length, key)
    if (typeof at === 'number') container.splice(at, 1)
  }
  return value
}

/** Puts a value there: before the item of that index, or after the last for `-`. Throws Invalid when it cannot be. */
export function insert({ container, key }: Place, value: Json, complaint: string): void {
  if (!Array.isArray(container)) {
    setOwn(container, key, value)
    return
  }
  // One more than there are items: the new one may come after the last.
  const at = key === '-' ? container.length : indexIn(container.length + 1, key)
  if (typeof at === 'number') container.splice(at, 0, value)
  else if (at.isNumber) throw unprocessable(`${complaint}: ${at.why}`)
  else throw unprocessable(`${complaint}: value was not a proper array index: '${key}': ${at.why}`)
}

/** Why a part of a path is no index of a list. */
export interface NoIndex {
  readonly why: string
  readonly isNumber: boolean
}

/** The index that a part of a path says in a list of that length; a negative one counts from the end. */
export function indexIn(length: number, key: string): number | NoIndex {
  if (!/^[+-]?\d+$/.test(key)) return { why: `strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`, isNumber: false }
  const index = Number(key)
  const at = index < 0 ? index + length : index
  if (at >= 0 && at < length) return at
  return { why: `Unable to access invalid index: ${index}: invalid index referenced`, isNumber: true }
}

/** The error for a place that is not there. */
export const missing = (why: string): ControlError => unprocessable(`${why}: missing value`)
