/** Cluster roles that gather the rules of others. Source: kubernetes pkg/controller/clusterroleaggregation. */

import { sameMeaning } from '@muster/api/same-meaning.ts'
import { filterOfSelector } from '@muster/api/selector/label-selector.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import type { ClusterRole, PolicyRule } from '@muster/api/types/rbac-v1.ts'

/**
 * The cluster roles whose rules are not what they should gather, each with the rules it should have.
 * A role may gather one that gathers itself: apply what this answers and ask again, until it answers nothing.
 */
export const aggregate = (
  roles: readonly ClusterRole[],
): readonly { readonly role: ClusterRole; readonly rules: readonly PolicyRule[] }[] => {
  const byName = [...roles].sort((one, other) => ((one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1))
  return byName
    .filter(({ aggregationRule }) => aggregationRule)
    .map((role) => ({ role, rules: gather(role, byName) }))
    .filter(({ role, rules }) => !sameMeaning(role.rules, rules))
}

/** In the order of the selectors, then of the roles' names, each rule once. */
function gather(role: ClusterRole, byName: readonly ClusterRole[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = []
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const filter = filterOfSelector(selector)
    for (const { metadata, rules: own } of byName) {
      if (metadata.name === role.metadata.name || !matchesLabels(filter, metadata.labels)) continue
      for (const rule of own ?? []) if (!rules.some((known) => sameMeaning(known, rule))) rules.push(rule)
    }
  }
  return rules
}
