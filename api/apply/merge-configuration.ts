/**
 * A configuration that a policy applies to an object: merged as server-side apply merges, without owners of fields.
 * Source: apiserver pkg/admission/plugin/policy/mutating/patch/smd.go; the messages are its own.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { type Atom, shapeOf } from './atom.ts'
import { checkTyped, sayMisfits } from './check-typed.ts'
import { merge } from './merge.ts'
import { fieldElement, indexElement, sayElement } from './path-element.ts'

/** The merged object, which shares nothing with either; or why the configuration cannot be applied. */
export function mergeConfiguration(
  atom: Atom,
  live: JsonObject,
  applied: JsonObject,
): { readonly merged: JsonObject } | { readonly why: string } {
  const misfits = checkTyped(atom, applied)
  if (misfits.length > 0) return { why: `failed to convert patch object to typed object: ${sayMisfits(misfits)}` }
  const whole = wholeIn(atom, applied, '')
  if (whole.length === 0) return { merged: merge(atom, live, applied) }
  return { why: `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole.join(', ')}` }
}

/** Paths of what is replaced as a whole: whoever means to change a part would take away the rest unawares. */
function wholeIn(atom: Atom, value: Json, path: string): string[] {
  const shape = shapeOf(atom, value)
  if (shape === 'map' && atom.map && isObject(value)) {
    const { map } = atom
    const below = Object.entries(value).flatMap(([name, part]) => {
      const named = map.named(name)
      return named ? wholeIn(named, part, path + sayElement(fieldElement(name))) : []
    })
    return [...(map.merged === 'whole' ? [path] : []), ...below]
  }
  if (shape === 'list' && atom.list && Array.isArray(value)) {
    const { list } = atom
    const below = value.flatMap((item, at) => wholeIn(list.item(), item, path + sayElement(indexElement(at))))
    return [...(list.merged === 'whole' ? [path] : []), ...below]
  }
  return []
}
