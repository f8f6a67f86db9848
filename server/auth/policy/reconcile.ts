/**
 * Brings the policy of a cluster up to date at start, and takes nothing away: what somebody added stays.
 *
 *     not there                        → create
 *     there, and lacks something       → update: missing labels, annotations, rules, selectors, subjects are added
 *     a binding to another role        → replace: what a binding gives can never be changed
 *     annotated autoupdate: "false"    → left alone
 *
 * Source: component-helpers auth/rbac/reconciliation.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { ClusterRole, Subject } from '@muster/api/types/rbac-v1.ts'
import { uncovered } from '../rbac/cover.ts'
import { type Binding, isBinding, isClusterRole, isRole } from '../rbac/objects.ts'
import { AUTO_UPDATE, bootstrapPolicy, type PolicyObject } from './bootstrap-policy.ts'

/** One thing to do. `update` carries the resourceVersion of what was seen; `replace` is to delete `old` and create `object`. */
export type PolicyStep =
  | { readonly do: 'create'; readonly object: PolicyObject }
  | { readonly do: 'update'; readonly object: PolicyObject }
  | { readonly do: 'replace'; readonly old: KubeObject; readonly object: PolicyObject }

/** What is to be done so that `existing` holds at least the policy. */
export function missingPolicy(
  existing: Iterable<KubeObject>,
  policy: readonly PolicyObject[] = bootstrapPolicy(),
): readonly PolicyStep[] {
  const known = new Map<string, KubeObject>()
  for (const object of existing) known.set(keyOf(object), object)
  return policy.flatMap((expected): PolicyStep[] => {
    const found = known.get(keyOf(expected))
    if (!found) return [{ do: 'create', object: expected }]
    if (found.metadata.annotations?.[AUTO_UPDATE] === 'false') return []
    if (isBinding(expected)) return isBinding(found) ? bindingSteps(expected, found) : []
    return isRole(found) || isClusterRole(found) ? roleSteps(expected, found) : []
  })
}

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`

function roleSteps(expected: Exclude<PolicyObject, Binding>, found: Exclude<PolicyObject, Binding>): PolicyStep[] {
  const missing = uncovered(found.rules ?? [], expected.rules ?? [])
  const merged = withMetadata(expected, found)
  const object = missing.length === 0 ? merged : { ...merged, rules: [...(found.rules ?? []), ...missing] }
  const updated = isClusterRole(object) && isClusterRole(expected) ? withGathering(expected, object) : object
  return sameMeaning(updated, found) ? [] : [{ do: 'update', object: updated }]
}

function withGathering(expected: ClusterRole, found: ClusterRole): ClusterRole {
  const { aggregationRule, ...rest } = found
  if (!expected.aggregationRule) return aggregationRule ? rest : found
  const held = aggregationRule?.clusterRoleSelectors ?? []
  const wanted = expected.aggregationRule.clusterRoleSelectors ?? []
  const missing = wanted.filter((selector) => !held.some((one) => sameMeaning(one, selector)))
  if (missing.length === 0) return found
  return { ...rest, aggregationRule: { clusterRoleSelectors: [...held, ...missing] } }
}

function bindingSteps(expected: Binding, found: Binding): PolicyStep[] {
  const { apiGroup, kind, name } = expected.roleRef
  const isSameRole = found.roleRef.apiGroup === apiGroup && found.roleRef.kind === kind && found.roleRef.name === name
  if (!isSameRole) return [{ do: 'replace', old: found, object: expected }]
  const held = found.subjects ?? []
  const missing = (expected.subjects ?? []).filter((subject) => !held.some((one) => isSameSubject(one, subject)))
  const merged = withMetadata(expected, found)
  const object = missing.length === 0 ? merged : { ...merged, subjects: [...held, ...missing] }
  return sameMeaning(object, found) ? [] : [{ do: 'update', object }]
}

const isSameSubject = (one: Subject, other: Subject): boolean =>
  one.kind === other.kind &&
  one.name === other.name &&
  (one.apiGroup ?? '') === (other.apiGroup ?? '') &&
  (one.namespace ?? '') === (other.namespace ?? '')

/** What is there wins over what is expected. */
function withMetadata<Found extends PolicyObject>(expected: PolicyObject, found: Found): Found {
  const annotations = { ...expected.metadata.annotations, ...found.metadata.annotations }
  const labels = { ...expected.metadata.labels, ...found.metadata.labels }
  return { ...found, metadata: { ...found.metadata, annotations, labels } }
}
