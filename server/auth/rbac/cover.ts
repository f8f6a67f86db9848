/**
 * Whether what somebody holds covers what he is about to give away.
 *
 * The wanted rules are taken apart into atoms (one verb on one resource of one group, perhaps on one object; or one verb
 * on one path). An atom is covered by one held rule, or not at all.
 * Source: component-helpers auth/rbac/validation/policy_comparator.go; kubernetes pkg/registry/rbac/validation.
 */
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'
import { ControlError } from '@muster/base/errors.ts'
import { coversUrl } from './rule.ts'

/** A role whose lists multiply to more atoms is refused: it would be checked for seconds. The largest of Kubernetes' own has 300. */
export const ATOMS_MAX = 100_000

/** The atoms of `wanted` that no rule of `held` covers. Throws TooLarge beyond {@link ATOMS_MAX}. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  const count = wanted.reduce((sum, rule) => sum + countAtoms(rule), 0)
  if (count > ATOMS_MAX) {
    throw new ControlError(
      'TooLarge',
      `rules: their lists multiply to ${count} permissions; at most ${ATOMS_MAX} are checked`,
    )
  }
  return wanted.flatMap(atomsOf).filter((atom) => !held.some((rule) => covers(rule, atom)))
}

/** Puts atoms that differ by their verb alone together again, as messages show them. */
export function compact(atoms: readonly PolicyRule[]): readonly PolicyRule[] {
  const verbs = new Map<string, string[]>()
  const firsts: (readonly [PolicyRule, string[]])[] = []
  for (const atom of atoms) {
    const { verbs: own, ...rest } = atom
    const key = JSON.stringify(rest)
    // Paths stand alone even when they differ by their verb alone.
    const known = atom.nonResourceURLs ? undefined : verbs.get(key)
    if (known) known.push(...own)
    else {
      const all = [...own]
      verbs.set(key, all)
      firsts.push([atom, all])
    }
  }
  return firsts.map(([atom, all]) => ({ ...atom, verbs: all }))
}

const countAtoms = ({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): number =>
  verbs.length * (apiGroups.length * resources.length * Math.max(1, resourceNames.length) + nonResourceURLs.length)

function atomsOf(rule: PolicyRule): readonly PolicyRule[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const each = (make: (verb: string) => PolicyRule[]) => rule.verbs.flatMap(make)
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      each((verb) => {
        const atom = { apiGroups: [group], resources: [resource], verbs: [verb] }
        return resourceNames.length === 0 ? [atom] : resourceNames.map((name) => ({ ...atom, resourceNames: [name] }))
      }),
    ),
  )
  return [
    ...ofResources,
    ...nonResourceURLs.flatMap((url) => each((verb) => [{ nonResourceURLs: [url], verbs: [verb] }])),
  ]
}

function covers(held: PolicyRule, atom: PolicyRule): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = held
  const all = (words: readonly string[] | undefined, has: (word: string) => boolean) => (words ?? []).every(has)
  const isNamed = (words: readonly string[]) => (word: string) => words.includes('*') || words.includes(word)
  return (
    all(atom.verbs, isNamed(verbs)) &&
    all(atom.apiGroups, isNamed(apiGroups)) &&
    all(atom.resources, (resource) => isNamed(resources)(resource) || coversAsSubresource(resources, resource)) &&
    (resourceNames.length === 0 || (atom.resourceNames?.every((name) => resourceNames.includes(name)) ?? false)) &&
    all(atom.nonResourceURLs, (path) => nonResourceURLs.some((url) => coversUrl(url, path)))
  )
}

// `pods/log` is covered by every resource's `/log` too.
const coversAsSubresource = (resources: readonly string[], resource: string): boolean => {
  const slash = resource.indexOf('/')
  return slash >= 0 && resources.includes(`*${resource.slice(slash)}`)
}
