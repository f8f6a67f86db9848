/**
 * What does not fit the schema in a configuration that somebody applies: strict, where the rest of the walk is lenient.
 *
 * Unknown fields, values of the wrong shape, items that say no key, and two items of one key are refused.
 * Source: structured-merge-diff v6 typed/validate.go; the messages are its own.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { type Atom, type ListAtom, type MapAtom, type ScalarType, shapeOf } from './atom.ts'
import { goLong, goShort, goType } from './go-value.ts'
import { elementOf, whyNoElement } from './list-items.ts'
import { fieldElement, indexElement, type PathElement, sayElement } from './path-element.ts'

/** Every misfit as `.spec.replicas: expected numeric (int or float), got string`. */
export const checkTyped = (atom: Atom, object: JsonObject): string[] => misfitsIn(atom, object, '')

/** Several misfits as one message, as Kubernetes joins them. */
export const sayMisfits = (misfits: readonly string[]): string =>
  misfits.length === 1 ? misfits.join('') : ['errors:', ...misfits.map((misfit) => `  ${misfit}`)].join('\n')

function misfitsIn(atom: Atom, value: Json, path: string): string[] {
  const shape = shapeOf(atom, value)
  if (shape === 'map' && atom.map) return misfitsInMap(atom.map, value, path)
  if (shape === 'list' && atom.list) return misfitsInList(atom.list, value, path)
  const why = value === null ? undefined : misfitOfScalar(atom.scalar, value)
  return why === undefined ? [] : [at(path, why)]
}

/** A misfit of the whole object has no path. */
const at = (path: string, why: string): string => (path === '' ? why : `${path}: ${why}`)

function misfitOfScalar(type: ScalarType | undefined, value: Json): string | undefined {
  switch (type) {
    case 'numeric':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`
    case 'string':
      return typeof value === 'string' ? undefined : `expected string, got ${goLong(value)}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${goShort(value)}`
    case 'untyped':
    case undefined:
      return typeof value === 'object' ? `expected any scalar, got ${goShort(value)}` : undefined
    default:
      return type satisfies never
  }
}

function misfitsInMap(map: MapAtom, value: Json, path: string): string[] {
  if (value === null) return []
  if (!isObject(value)) return [at(path, `expected map, got ${goShort(value)}`)]
  const misfits: string[] = []
  for (const name of Object.keys(value)) {
    const below = path + sayElement(fieldElement(name))
    const type = map.named(name) ?? map.rest()
    // Kubernetes stops at the first unknown field of an object; which that is, is chance there, and order here.
    if (!type) return [...misfits, at(below, 'field not declared in schema')]
    misfits.push(...misfitsIn(type, value[name] ?? null, below))
  }
  return misfits
}

function misfitsInList(list: ListAtom, value: Json, path: string): string[] {
  if (value === null) return []
  if (!Array.isArray(value)) return [at(path, `expected list, got ${goShort(value)}`)]
  const misfits: string[] = []
  const seen = new Set<PathElement>()
  for (const [position, item] of value.entries()) {
    const element = list.merged === 'whole' ? indexElement(position) : elementOf(list, item)
    if (element === undefined) return [...misfits, at(path, `element ${position}: ${whyNoElement(list, item)}`)]
    if (seen.has(element)) misfits.push(at(path, `duplicate entries for key ${sayElement(element)}`))
    seen.add(element)
    misfits.push(...misfitsIn(list.item(), item, path + sayElement(element)))
  }
  return misfits
}
