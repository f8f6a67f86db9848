/** What may be done in all namespaces and outside of them; or the sum of other roles. */
import { type FieldError, index, invalid, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { KubeObject } from '../../object.ts'
import { hasInvalidValue, validateLabelSelector } from '../../selector/label-selector.ts'
import type { AggregationRule, ClusterRole } from '../../types/rbac-v1.ts'
import { builtIn } from '../built-in.ts'
import { validatePolicyRules } from './policy-rule.ts'

/** ClusterRole. Source: kubernetes pkg/registry/rbac/clusterrole. */
export const clusterRole = builtIn<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  versions: [{ name: 'v1' }],
  rules: {
    generation: 'none',
    name: 'path-segment',
    createOnUpdate: true,
    validate: ({ metadata, rules, aggregationRule }, { old }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validatePolicyRules(rules, 'Cluster'),
      ...(aggregationRule ? validateAggregation(aggregationRule, hadInvalidValue(old)) : []),
    ],
  },
})

function validateAggregation(
  { clusterRoleSelectors = [] }: AggregationRule,
  allowInvalidValues: boolean,
): FieldError[] {
  const path = 'aggregationRule.clusterRoleSelectors'
  if (clusterRoleSelectors.length === 0) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
  }
  return clusterRoleSelectors.flatMap((selector, at) => {
    const errors = validateLabelSelector(selector, index(path, at), { allowInvalidValues })
    // What cannot be made into a selector is printed as none.
    const isReadable = validateLabelSelector(selector, '').length === 0
    return isReadable ? errors : [...errors, invalid(index(path, at), null, 'invalid label selector.')]
  })
}

const hadInvalidValue = (old: (KubeObject & { aggregationRule?: AggregationRule }) | undefined): boolean =>
  (old?.aggregationRule?.clusterRoleSelectors ?? []).some(hasInvalidValue)
