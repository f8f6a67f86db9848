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

/** A rule with a list for each of its fields: one that is empty may be absent, or null where Go wrote it. */
const complete = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule) => ({
  verbs: verbs ?? [],
  apiGroups: apiGroups ?? [],
  resources: resources ?? [],
  resourceNames: resourceNames ?? [],
  nonResourceURLs: nonResourceURLs ?? [],
})

function countAtoms(rule: PolicyRule): number {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = complete(rule)
  const ofResources = apiGroups.length * resources.length * Math.max(1, resourceNames.length)
  return verbs.length * (ofResources + nonResourceURLs.length)
}

function atomsOf(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = complete(rule)
  const each = (make: (verb: string) => PolicyRule[]) => verbs.flatMap(make)
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      each((verb) => {
        const atom = { apiGroups: [group], resources: [resource], verbs: [verb] }
        return resourceNames.length === 0 ? [atom] : resourceNames.map((name) => ({ ...atom, resourceNames: [name] }))
      }),
    ),
  )
  const ofUrls = nonResourceURLs.flatMap((url) => each((verb) => [{ nonResourceURLs: [url], verbs: [verb] }]))
  return [...ofResources, ...ofUrls]
}

function covers(rule: PolicyRule, atom: PolicyRule): boolean {
  const held = complete(rule)
  const wanted = complete(atom)
  const isNamed = (words: readonly string[]) => (word: string) => words.includes('*') || words.includes(word)
  const isResource = isNamed(held.resources)
  const hasNames = held.resourceNames.length > 0
  return (
    wanted.verbs.every(isNamed(held.verbs)) &&
    wanted.apiGroups.every(isNamed(held.apiGroups)) &&
    wanted.resources.every((resource) => isResource(resource) || coversAsSubresource(held.resources, resource)) &&
    (!hasNames ||
      (wanted.resourceNames.length > 0 && wanted.resourceNames.every((name) => held.resourceNames.includes(name)))) &&
    wanted.nonResourceURLs.every((path) => held.nonResourceURLs.some((url) => coversUrl(url, path)))
  )
}

// `pods/log` is covered by every resource's `/log` too.
const coversAsSubresource = (resources: readonly string[], resource: string): boolean => {
  const slash = resource.indexOf('/')
  return slash >= 0 && resources.includes(`*${resource.slice(slash)}`)
}
