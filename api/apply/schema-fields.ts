/**
 * Two readings of a set of fields by a schema.
 * Source: structured-merge-diff v6 fieldpath/set.go (EnsureNamedFieldsAreMembers), typed/reconcile_schema.go.
 */
import type { Atom } from './atom.ts'
import { type Branches, type FieldSet, hasBelow, LEAF, owned, SELF } from './field-set.ts'
import { nameIn, type PathElement } from './path-element.ts'

/** With every field that the schema names and that leads to one in the set. Keys of maps and items are not added. */
export function withNamedFields(atom: Atom | undefined, set: FieldSet): FieldSet {
  const fields: Branches = {}
  for (const element in set) {
    const branch = set[element] ?? LEAF
    if (!hasBelow(branch)) {
      fields[element] = branch
      continue
    }
    const name = nameIn(element)
    const isNamed = name !== undefined && atom?.map?.named(name) !== undefined
    const below = withNamedFields(atomBelow(atom, element), branch)
    fields[element] = isNamed ? owned(below) : below
  }
  return fields
}

/**
 * The set as it is under today's schema: what has become atomic since is owned as a whole by whoever owned a part.
 * Answers the very set when nothing changed, as is nearly always so.
 */
export function underSchema(atom: Atom | undefined, set: FieldSet): FieldSet {
  let changed: Branches | undefined
  for (const element in set) {
    const branch = set[element] ?? LEAF
    if (element === SELF || !hasBelow(branch)) continue
    const below = atomBelow(atom, element)
    const node = below && isWhole(below) ? LEAF : underSchema(below, branch)
    if (node === branch) continue
    changed ??= { ...set }
    changed[element] = node
  }
  return changed ?? set
}

/** Objects of which nobody ever described a field are left alone, even where they are said to be atomic. */
const isWhole = (atom: Atom): boolean =>
  atom.map ? atom.map.merged === 'whole' && !atom.map.isFree() : atom.list?.merged === 'whole'

/** The type of what an element leads to; undefined when the schema knows of no such thing. */
function atomBelow(atom: Atom | undefined, element: PathElement): Atom | undefined {
  const name = nameIn(element)
  if (name !== undefined && atom?.map) return atom.map.named(name) ?? atom.map.rest()
  if (name === undefined && atom?.list) return atom.list.item()
  return undefined
}
