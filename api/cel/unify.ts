/**
 * When a value of one type may stand where another is wanted, and what type parameters are bound to by it.
 * Source: cel-go checker/types.go.
 */
import { isOpen, listOf, mapOf, partsOf, sameType, sayType, type Type } from './type.ts'

/** What type parameters were found to be, by their names. */
export type Bindings = ReadonlyMap<string, Type>

/** The bindings under which each of the types may stand for the wanted one; undefined when they may not. */
export function assignAll(bindings: Bindings, given: readonly Type[], wanted: readonly Type[]): Bindings | undefined {
  const next = new Map(bindings)
  return areAssignable(next, given, wanted) ? next : undefined
}

/** The same for one type. */
export const assign = (bindings: Bindings, given: Type, wanted: Type): Bindings | undefined =>
  assignAll(bindings, [given], [wanted])

/** The type with its parameters replaced by what they are bound to; by `dyn` where they are free and `toDyn` is set. */
export function substitute(bindings: Bindings, type: Type, toDyn: boolean): Type {
  switch (type.kind) {
    case 'parameter': {
      const bound = bindings.get(type.name)
      if (bound) return substitute(bindings, bound, toDyn)
      return toDyn ? { kind: 'dyn' } : type
    }
    case 'list':
      return listOf(substitute(bindings, type.of, toDyn))
    case 'map':
      return mapOf(substitute(bindings, type.key, toDyn), substitute(bindings, type.value, toDyn))
    case 'opaque':
      if (type.of.length === 0) return type
      return { ...type, of: type.of.map((part) => substitute(bindings, part, toDyn)) }
    case 'type':
      return type.of ? { kind: 'type', of: substitute(bindings, type.of, toDyn) } : type
    default:
      return type
  }
}

/** Of two types that fit each other, the one that says less. */
export const moreGeneral = (one: Type, other: Type): Type => (saysNoMore(one, other) ? one : other)

function saysNoMore(one: Type, other: Type): boolean {
  if (one.kind === 'dyn' || one.kind === 'parameter') return true
  if (other.kind === 'dyn' || other.kind === 'parameter' || one.kind !== other.kind) return false
  if (one.kind === 'type') return true
  if (one.kind === 'opaque' && other.kind === 'opaque' && one.name !== other.name) return false
  const [parts, others] = [partsOf(one), partsOf(other)]
  if (parts.length === 0) return sameType(one, other)
  return parts.length === others.length && parts.every((part, at) => saysNoMore(part, others[at] ?? part))
}

type Growing = Map<string, Type>

const areAssignable = (bindings: Growing, given: readonly Type[], wanted: readonly Type[]): boolean =>
  given.length === wanted.length && given.every((one, at) => isAssignable(bindings, one, wanted[at] ?? one))

function isAssignable(bindings: Growing, given: Type, wanted: Type): boolean {
  if (wanted.kind === 'parameter') {
    const bound = bind(bindings, given, wanted)
    if (bound.fits) return true
    if (bound.wasBound) return false
  }
  if (given.kind === 'parameter') return bind(bindings, wanted, given).fits
  if (isOpen(given) || isOpen(wanted)) return true
  if (given.kind === 'null_type') return isNullable(wanted)
  if (wanted.kind === 'null_type') return isNullable(given)
  if (given.kind !== wanted.kind) return false
  switch (given.kind) {
    case 'type':
      return true
    case 'object':
      return sayType(given) === sayType(wanted)
    case 'opaque':
      if (wanted.kind !== 'opaque' || given.name !== wanted.name) return false
      return areAssignable(bindings, given.of, wanted.of)
    default:
      return areAssignable(bindings, partsOf(given), partsOf(wanted))
  }
}

const NULLABLE: ReadonlySet<Type['kind']> = new Set(['opaque', 'object', 'duration', 'timestamp', 'null_type'])
const isNullable = ({ kind }: Type): boolean => NULLABLE.has(kind)

function bind(
  bindings: Growing,
  type: Type,
  free: Type & { readonly kind: 'parameter' },
): { readonly fits: boolean; readonly wasBound: boolean } {
  if (sameType(type, free)) return { fits: true, wasBound: true }
  const bound = bindings.get(free.name)
  if (bound) {
    if (sameType(type, bound)) return { fits: true, wasBound: true }
    if (!isAssignable(bindings, type, bound)) return { fits: false, wasBound: true }
    const general = moreGeneral(type, bound)
    if (!occursIn(bindings, free, general)) bindings.set(free.name, general)
    return { fits: true, wasBound: true }
  }
  if (occursIn(bindings, free, type)) return { fits: false, wasBound: false }
  bindings.set(free.name, type)
  return { fits: true, wasBound: false }
}

/** No type is a part of itself. */
function occursIn(bindings: Growing, free: Type, type: Type): boolean {
  if (sameType(free, type)) return true
  if (type.kind === 'parameter') {
    const bound = bindings.get(type.name)
    return bound !== undefined && occursIn(bindings, free, bound)
  }
  return partsOf(type).some((part) => occursIn(bindings, free, part))
}
