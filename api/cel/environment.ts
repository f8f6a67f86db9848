/** What an expression may name: functions, which are the same everywhere, and variables, which each use has its own. */
import { AUTHORIZATION } from './functions/authorizer.ts'
import type { Overload } from './functions/function.ts'
import { KUBERNETES } from './functions/kubernetes.ts'
import { LISTS } from './functions/lists.ts'
import { OPERATORS } from './functions/operators.ts'
import { OPTIONALS } from './functions/optionals.ts'
import { STANDARD, TYPE_NAMES } from './functions/standard.ts'
import { STRINGS } from './functions/strings.ts'
import { TIME } from './functions/time.ts'
import type { Type } from './type.ts'

/** The variables of a use, by their names, which may have dots: `authorizer.requestResource`. */
export type Variables = Readonly<Record<string, Type>>

/** Every function that Kubernetes 1.36 has in its expressions, by its name. Source: apiserver pkg/cel/environment/base.go. */
export const FUNCTIONS: ReadonlyMap<string, readonly Overload[]> = byName([
  ...OPERATORS,
  ...STANDARD,
  ...TIME,
  ...STRINGS,
  ...LISTS,
  ...OPTIONALS,
  ...KUBERNETES,
  ...AUTHORIZATION,
])

function byName(all: readonly Overload[]): Map<string, Overload[]> {
  const found = new Map<string, Overload[]>()
  for (const overload of all) {
    const overloads = found.get(overload.name) ?? []
    found.set(overload.name, overloads)
    overloads.push(overload)
  }
  return found
}

/** The type of a name: of a variable, or of the name of a type. */
export function typeOfName(variables: Variables, name: string): Type | undefined {
  if (Object.hasOwn(variables, name)) return variables[name]
  const named = Object.hasOwn(TYPE_NAMES, name) ? TYPE_NAMES[name] : undefined
  return named && { kind: 'type', of: named }
}
